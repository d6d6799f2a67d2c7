#pragma once
// Arithmetic on the probability simplex, in double precision. Everything is [m]; where nothing is left to
// weigh, or a value is not finite, an Error says that the weights have no positive finite sum.

#include <span>
#include <vector>

namespace rnb {

std::vector<double> normalised(std::span<const double> values);  // values >= 0 with a positive sum
std::vector<double> softmax(std::span<const double> logits);     // subtracts the maximum first
std::vector<double> softmax_where(std::span<const double> logits,
                                  const std::vector<bool>& where);  // exactly 0 elsewhere
std::vector<double> uniform_weights(size_t m);
std::vector<double> uniform_where(const std::vector<bool>& where);  // exactly 0 elsewhere
// max(p, floor) where there is something to draw, then normalised: the smallest ends a little below the
// floor.
std::vector<double> floored_where(std::span<const double> p, double floor, const std::vector<bool>& where);
// log of weights to be multiplied on: those below 1e-12 count as that, or they could never grow again.
std::vector<double> log_weights(std::span<const double> p);
bool all_finite(std::span<const double> values);

}  // namespace rnb
