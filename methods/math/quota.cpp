#include "methods/math/quota.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace rnb {
namespace {

constexpr double kRounding = 1e-9;  // p_i n = 2.9999999999 means 3

int64_t whole(double places) {
  return static_cast<int64_t>(std::floor(places + kRounding));
}

}  // namespace

std::vector<int64_t> largest_remainder(std::span<const double> p, int64_t n, std::span<double> residual) {
  RNB_ASSERT(residual.empty() || residual.size() == p.size());
  std::vector<double> owed(p.size());
  std::vector<int64_t> count(p.size());
  int64_t left = n;
  for (size_t i = 0; i < p.size(); ++i) {
    owed[i] = p[i] * static_cast<double>(n) + (residual.empty() ? 0.0 : residual[i]);
    count[i] = std::max<int64_t>(0, whole(owed[i]));
    left -= count[i];
  }
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto remainder = [&](size_t i) { return owed[i] - static_cast<double>(count[i]); };
  std::vector<int64_t> rank(p.size());  // whole multiples of the rounding error, so that equal means equal
  for (size_t i = 0; i < p.size(); ++i) rank[i] = std::llround(remainder(i) / kRounding);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rank[a] > rank[b]; });
  // Residuals sum to 0, so `left` lies within [-m, m]: a debt is taken back from those owed least.
  for (size_t k = 0; left > 0; k = (k + 1) % order.size(), --left) ++count[order[k]];
  for (size_t k = order.size(); left < 0; k = k == 0 ? order.size() : k) {
    --k;
    if (count[order[k]] > 0) {
      --count[order[k]];
      ++left;
    }
  }
  for (size_t i = 0; i < residual.size(); ++i) residual[i] = remainder(i);
  return count;
}

std::vector<int64_t> floor_rest_to_last(std::span<const double> p, int64_t n) {
  std::vector<int64_t> count;
  for (const double w : p) count.push_back(whole(w * static_cast<double>(n)));
  count.back() = n - std::accumulate(count.begin(), count.end() - 1, int64_t{0});
  return count;
}

std::vector<int64_t> aioli_per_batch(std::span<const double> p, int64_t n) {
  std::vector<int64_t> count;
  for (const double w : p) count.push_back(std::max<int64_t>(1, whole(w * static_cast<double>(n))));
  count.back() = n - std::accumulate(count.begin(), count.end() - 1, int64_t{0});
  return count;
}

}  // namespace rnb
