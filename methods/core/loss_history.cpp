#include "methods/core/loss_history.h"

#include "methods/math/savitzky_golay.h"

namespace rnb {

void LossHistory::add(const StepView& view) {
  double sum = 0, drawn = 0;
  for (size_t i = 0; i < losses_.size(); ++i) {
    const auto examples = static_cast<double>(view.examples[i]);
    drawn += examples;
    if (view.tokens[i] > 0) sum += examples * view.loss[i];
  }
  seen_.push_back((seen_.empty() ? 0 : seen_.back()) + drawn);
  for (size_t i = 0; i < losses_.size(); ++i) {
    std::vector<double>& mine = losses_[i];
    mine.push_back(view.tokens[i] > 0 ? view.loss[i] : mine.empty() ? sum / drawn : mine.back());
  }
}

bool LossHistory::enough(const Points& points) const {
  return seen_.size() >= points.ignored + kFewestPoints * points.stride;
}

std::optional<ScalingLaw> LossHistory::fit(size_t domain, const Points& points,
                                           const ScalingLawFit& how) const {
  const auto smooth = savitzky_golay(losses_[domain], points.window, 3);
  std::vector<double> n, loss;
  for (size_t j = points.ignored; j < smooth.size(); j += points.stride) {
    n.push_back(seen_[j]);
    loss.push_back(smooth[j]);
  }
  return fit_scaling_law(n, loss, how);
}

void LossHistory::load(const nlohmann::json& saved) {
  saved.at("seen").get_to(seen_);
  saved.at("losses").get_to(losses_);
}

}  // namespace rnb
