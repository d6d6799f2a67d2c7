#include "models/tracked_linear.h"

namespace rnb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct TrackedLinear : torch::autograd::Function<TrackedLinear> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, int64_t tracker, const std::string& layer) {
    context->save_for_backward({x, weight});
    context->saved_data["tracker"] = tracker;  // a pointer: the tracker outlives the step
    context->saved_data["layer"] = layer;
    context->saved_data["has_bias"] = bias.defined();
    return torch::linear(x, weight, bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outgrads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    const auto& outgrad = outgrads[0];
    auto* tracker = reinterpret_cast<LinearTracker*>(context->saved_data["tracker"].toInt());
    tracker->body_layer(context->saved_data["layer"].toStringRef(), x, outgrad);
    const auto rows = x.reshape({-1, x.size(-1)});
    const auto grads = outgrad.reshape({-1, outgrad.size(-1)});
    const auto dx = grads.mm(weight).reshape(x.sizes());
    const auto bias = context->saved_data["has_bias"].toBool() ? grads.sum(0) : Variable();
    return {dx, grads.t().mm(rows), bias, Variable(), Variable()};
  }
};

}  // namespace

torch::Tensor tracked_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                             LinearTracker* tracker, const std::string& layer) {
  if (!tracker || !torch::GradMode::is_enabled() || !tracker->wants(layer))
    return torch::linear(x, weight, bias);
  return TrackedLinear::apply(x, weight, bias, reinterpret_cast<int64_t>(tracker), layer);
}

}  // namespace rnb
