#pragma once
// Losses by domain as methods find them: which can be used, and what stands in for one that is not there.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "methods/core/mixer.h"

namespace rnb {

// [m] each. Every domain with tokens has a finite loss.
bool usable(std::span<const double> loss, std::span<const int64_t> tokens);

// No weights, so the last good ones stay, and the warning "bad_signal" with what was wrong.
Decision refused(const std::string& what);

// [m] A domain without tokens gets the mean of the others (none at all: 0), which is neutral in a softmax.
std::vector<double> with_mean_where_absent(std::span<const double> values, std::span<const int64_t> tokens);

// [m] whether there is anything to draw.
std::vector<bool> drawable(const Domains& domains);

}  // namespace rnb
