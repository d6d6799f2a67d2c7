#include "methods/math/regressors.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <Eigen/Dense>

#include "base/error.h"

namespace rnb {
namespace {

double mean(std::span<const double> v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

// Gains that are equal on paper differ by rounding; the first of them is meant.
bool better(double gain, double best) {
  return gain > best + 1e-12 * std::abs(best);
}

// The stump of one feature with the lowest squared error of the residuals.
struct Split {
  Stump stump;
  double gain;  // what it takes off the squared error, up to a constant
};
std::optional<Split> best_split(const Rows& x, std::span<const double> residual, size_t feature) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return x[a][feature] < x[b][feature]; });
  const double total = std::accumulate(residual.begin(), residual.end(), 0.0);
  std::optional<Split> best;
  double sum = 0;
  for (size_t n = 1; n < order.size(); ++n) {
    sum += residual[order[n - 1]];
    const double low = x[order[n - 1]][feature], high = x[order[n]][feature];
    if (low == high) continue;
    const auto left = static_cast<double>(n), right = static_cast<double>(order.size() - n);
    const double gain = sum * sum / left + (total - sum) * (total - sum) / right;
    if (!best || better(gain, best->gain))
      best = Split{{feature, (low + high) / 2, sum / left, (total - sum) / right}, gain};
  }
  return best;
}

bool before(const LowestRows::Entry& a, const LowestRows::Entry& b) {
  return std::tie(a.value, a.place) < std::tie(b.value, b.place);
}

}  // namespace

double Ridge::operator()(std::span<const double> x) const {
  return std::inner_product(w.begin(), w.end(), x.begin(), b);
}

Ridge fit_ridge(const Rows& x, std::span<const double> y, double lambda) {
  RNB_ASSERT(!x.empty() && x.size() == y.size() && lambda > 0);
  const auto n = static_cast<Eigen::Index>(x.size()), k = static_cast<Eigen::Index>(x[0].size());
  Eigen::MatrixXd a(n, k);
  for (Eigen::Index i = 0; i < n; ++i)
    a.row(i) = Eigen::Map<const Eigen::RowVectorXd>(x[static_cast<size_t>(i)].data(), k);
  const Eigen::Map<const Eigen::VectorXd> target(y.data(), n);
  const Eigen::RowVectorXd centre = a.colwise().mean();
  a.rowwise() -= centre;
  const Eigen::MatrixXd normal = a.transpose() * a + lambda * Eigen::MatrixXd::Identity(k, k);
  const Eigen::VectorXd w = normal.ldlt().solve(a.transpose() * (target.array() - target.mean()).matrix());
  return {{w.data(), w.data() + k}, target.mean() - centre.dot(w)};
}

double BoostedStumps::operator()(std::span<const double> x) const {
  double out = base;
  for (const Stump& s : stumps) out += rate * (x[s.feature] <= s.threshold ? s.left : s.right);
  return out;
}

BoostedStumps fit_stumps(const Rows& x, std::span<const double> y, int64_t rounds, double rate) {
  RNB_ASSERT(!x.empty() && x.size() == y.size());
  BoostedStumps model{mean(y), rate, {}};
  std::vector<double> residual;
  for (const double v : y) residual.push_back(v - model.base);
  for (int64_t round = 0; round < rounds; ++round) {
    std::optional<Split> best;
    for (size_t f = 0; f < x[0].size(); ++f)
      if (const auto split = best_split(x, residual, f); split && (!best || better(split->gain, best->gain)))
        best = split;
    if (!best) break;
    const Stump& s = best->stump;
    for (size_t i = 0; i < x.size(); ++i)
      residual[i] -= rate * (x[i][s.feature] <= s.threshold ? s.left : s.right);
    model.stumps.push_back(s);
  }
  return model;
}

void LowestRows::offer(double value, std::vector<double> row) {
  Entry entry{value, offered_++, std::move(row)};
  if (heap_.size() == count_) {
    if (count_ == 0 || !before(entry, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), before);
    heap_.pop_back();
  }
  heap_.push_back(std::move(entry));
  std::push_heap(heap_.begin(), heap_.end(), before);
}

std::vector<LowestRows::Entry> LowestRows::sorted() const {
  std::vector<Entry> out = heap_;
  std::sort(out.begin(), out.end(), before);
  return out;
}

std::vector<double> LowestRows::mean() const {
  RNB_ASSERT(!heap_.empty());
  std::vector<double> out(heap_.front().row.size());
  for (const Entry& entry : sorted())
    for (size_t i = 0; i < out.size(); ++i) out[i] += entry.row[i] / static_cast<double>(heap_.size());
  return out;
}

}  // namespace rnb
