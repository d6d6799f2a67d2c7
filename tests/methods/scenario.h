#pragma once
// Runs to play without a model: domains, and what their losses and gradients are like at every step.

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "methods/core/mixer.h"

namespace rnb {

enum class Signal { Normal, Zero, NotANumber, Infinite };

// What is played. A domain's losses and gradients follow from its identity, not from its place.
struct Scenario {
  Domains domains;
  std::vector<int> identity;              // [m]
  std::vector<int64_t> drawn_until;       // [m] last step with examples of the domain
  std::function<Signal(int64_t)> signal;  // by step
  std::function<bool(int64_t)> cut_after = [](int64_t) { return false; };  // save, and go on in a new mixer
};

// Domains d0, d1, ... of equal weight in the evaluation; one token per example.
Domains domains_of(const std::vector<int64_t>& train, const std::vector<int64_t>& valid, int64_t steps);
Domains equal_domains(size_t m, int64_t steps = 1000);  // of 100 examples each

Scenario ordinary_scenario(size_t m);  // unequal sizes, every signal normal
Scenario permuted(const Scenario& s,
                  const std::vector<size_t>& order);  // domain k of it is domain order[k] of s

// Random numbers of one domain at one step, whatever its place among the others.
std::mt19937 stream(int identity, int64_t step);
double spoilt(double value, Signal signal);  // the value as the signal has it

}  // namespace rnb
