#pragma once
// A run without a model: a mixer is fed made-up losses and gradients in the order the trainer would call it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "methods/core/mixer.h"
#include "methods/core/registry.h"
#include "tests/methods/scenario.h"

namespace rnb {

struct Played {
  std::vector<Weights> weights;         // after init and after every step, [steps + 1][m]
  std::vector<Decision> decisions;      // of each call
  std::vector<nlohmann::json> signals;  // {"call", "step", "data"}, as a run's log keeps them
  std::vector<std::string> warnings;    // codes, in order
  int64_t requests = 0;                 // of Services, and after the first step:
  bool listening = false;               // any signal or service
  std::optional<Weights> finished;      // Mixer::finish
};

// Declares, at namespace scope, option values to try a method with that a test must make first: a file, a
// program.
using MakeOptions = std::function<std::map<std::string, std::string>(const Domains&)>;
struct ExampleOptions {
  ExampleOptions(const std::string& method, MakeOptions make);
};
std::map<std::string, std::string> options_for(const MethodSpec& spec, const Domains& domains);

// Every decision's weights are checked on the way (check_weights).
Played play(const std::string& method, const std::map<std::string, std::string>& options, const Scenario& s);

// The sums of one round from per-step gradient sums [step][domain][width] and counts [step][domain].
GradientGram gram_of(const std::vector<std::vector<std::vector<double>>>& gradients,
                     const std::vector<std::vector<double>>& counts);

}  // namespace rnb
