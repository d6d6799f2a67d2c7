#pragma once
// Where the seconds and FLOPs of runs go: by ledger phase and by operator, as means over runs that differ in
// nothing but their seed.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "results/run_file.h"

namespace rnb {

struct PhaseMean {
  double seconds = 0, flops = 0, calls = 0;
  double billed = 0;  // seconds of them that a cache saved the run; not part of its wall time
};

struct Profile {
  std::string dataset, grouping, label;
  int runs = 0;
  bool shared_machine = false;                  // one of them at least
  double wall_seconds = 0, gradient_bytes = 0;  // bytes: of the domain gradients, the most of all runs
  std::map<std::string, PhaseMean> phases;      // those that cost anything
  std::map<std::pair<std::string, std::string>, double> operator_flops;  // by phase and operator
};

// In the order of first mention. Error naming the run whose /overhead is missing or whose columns differ in
// length.
std::vector<Profile> profiles_of(const std::vector<RunPlace>& runs);
// A table of the phases, the largest first, and below it one of the `most_operators` operators with the most
// FLOPs.
std::string render(const Profile& profile, size_t most_operators);
nlohmann::json to_json(const Profile& profile);

}  // namespace rnb
