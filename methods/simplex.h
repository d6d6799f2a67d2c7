#pragma once
// Arithmetic on the probability simplex, in double precision.

#include <span>
#include <vector>

namespace rnb {

std::vector<double> normalised(std::span<const double> values);  // values >= 0 with a positive sum
std::vector<double> softmax(std::span<const double> logits);     // subtracts the maximum first
std::vector<double> uniform_weights(size_t m);
bool all_finite(std::span<const double> values);

}  // namespace rnb
