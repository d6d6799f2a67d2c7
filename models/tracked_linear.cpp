#include "models/tracked_linear.h"

namespace rnb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct TrackedLinear : torch::autograd::Function<TrackedLinear> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               int64_t tracker, const std::string& layer) {
    context->save_for_backward({x, weight});
    context->saved_data["tracker"] = tracker;  // a pointer: the tracker outlives the step
    context->saved_data["layer"] = layer;
    return torch::linear(x, weight);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outgrads) {
    const auto saved = context->get_saved_variables();
    // Under autocast the output is narrower than the input and the weight: the products are too, their
    // results are not.
    const auto& outgrad = outgrads[0];
    const auto x = saved[0].to(outgrad.scalar_type()), weight = saved[1].to(outgrad.scalar_type());
    auto* tracker = reinterpret_cast<LinearTracker*>(context->saved_data["tracker"].toInt());
    tracker->body_layer(context->saved_data["layer"].toStringRef(), x, outgrad);
    const auto rows = x.reshape({-1, x.size(-1)});
    const auto grads = outgrad.reshape({-1, outgrad.size(-1)});
    const auto dx = grads.mm(weight).reshape(x.sizes());
    return {dx.to(saved[0].scalar_type()), grads.t().mm(rows).to(saved[1].scalar_type()), Variable(),
            Variable()};
  }
};

}  // namespace

torch::Tensor tracked_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                             LinearTracker* tracker, const std::string& layer) {
  if (!tracker || !torch::GradMode::is_enabled() || !tracker->wants(layer))
    return torch::linear(x, weight, bias);
  const auto product = TrackedLinear::apply(x, weight, reinterpret_cast<int64_t>(tracker), layer);
  return bias.defined() ? product + bias : product;
}

}  // namespace rnb
