#pragma once
// Training losses of each domain over the steps of a run, and the scaling laws read off them.

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"
#include "methods/math/scaling_law.h"

namespace rnb {

class LossHistory {
 public:
  // What a fit sees: the losses smoothed, without the first ones, every so many steps.
  struct Points {
    size_t ignored = 0, stride = 1, window = 5;
  };
  static constexpr size_t kFewestPoints = 20;

  explicit LossHistory(size_t domains = 0) : losses_(domains) {}
  // A domain that is absent repeats its last loss; at first, the mean of the batch.
  void add(const StepView& view);
  // For a fit: kFewestPoints of them.
  bool enough(const Points& points) const;
  // Over the examples drawn of all domains; nothing where no start of the fit ends finite.
  std::optional<ScalingLaw> fit(size_t domain, const Points& points, const ScalingLawFit& how) const;

  nlohmann::json save() const { return {{"seen", seen_}, {"losses", losses_}}; }
  void load(const nlohmann::json& saved);

 private:
  std::vector<double> seen_;                 // [steps so far] examples drawn, of all domains
  std::vector<std::vector<double>> losses_;  // [m][steps so far]
};

}  // namespace rnb
