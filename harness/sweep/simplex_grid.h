#pragma once
// A grid over the simplex as values of an axis: `method = fixed weights=simplex(4,8)`.

#include <cstddef>
#include <string>
#include <vector>

namespace rnb {

// "fixed weights=simplex(3,2)" -> "fixed weights=0,0,2", "... 0,1,1", ...: every mixture of m = 3 domains in
// steps of 1/n, n = 2, written as whole parts that sum to n (the method normalises them), in rising order;
// (n + m - 1 choose m - 1) texts. A text without "=simplex(" comes back alone. UsageError when it is not
// simplex(m,n) with m >= 2 and n >= 1, or has more than `most` points.
std::vector<std::string> simplex_grid(const std::string& text, size_t most);

}  // namespace rnb
