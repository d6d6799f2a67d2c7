#pragma once
// Small regressors of a loss on a mixture.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rnb {

using Rows = std::vector<std::vector<double>>;  // [n][k]

struct Ridge {
  std::vector<double> w;
  double b = 0;
  double operator()(std::span<const double> x) const;
};
// Minimises |y - X w - b|^2 + lambda |w|^2; the intercept is not penalised.
Ridge fit_ridge(const Rows& x, std::span<const double> y, double lambda);

struct Stump {
  size_t feature = 0;
  double threshold = 0, left = 0, right = 0;  // left: x <= threshold
};
struct BoostedStumps {
  double base = 0, rate = 0;
  std::vector<Stump> stumps;
  double operator()(std::span<const double> x) const;
};
// Gradient boosting of the squared error: `rounds` stumps on the residuals, each scaled by `rate`. Splits are
// midpoints of neighbouring values; of equal ones the lowest feature, then the lowest threshold. Stops early
// when no feature varies.
BoostedStumps fit_stumps(const Rows& x, std::span<const double> y, int64_t rounds, double rate);

// Keeps the `count` rows with the lowest values of all that are offered, of equal ones the first offered.
class LowestRows {
 public:
  struct Entry {
    double value;  // not NaN
    size_t place;  // how many were offered before it
    std::vector<double> row;
  };
  explicit LowestRows(size_t count) : count_(count) {}
  void offer(double value, std::vector<double> row);
  std::vector<Entry> sorted() const;  // the lowest first
  std::vector<double> mean() const;   // of the kept rows, at least one, of equal length

 private:
  size_t count_, offered_ = 0;
  std::vector<Entry> heap_;  // the worst at its top
};

}  // namespace rnb
