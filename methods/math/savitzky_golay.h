#pragma once
// Smoothing by local polynomials (Savitzky & Golay 1964).

#include <span>
#include <vector>

namespace rnb {

// Every value becomes that of the polynomial of degree `order` fitted to the `window` (odd, > order) values
// around it; the first and last half windows are read off the first and last polynomial, as scipy's
// savgol_filter(mode="interp") does. Fewer values than the window are given back as they are.
std::vector<double> savitzky_golay(std::span<const double> values, size_t window, size_t order);

}  // namespace rnb
