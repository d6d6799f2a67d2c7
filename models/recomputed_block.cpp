#include "models/recomputed_block.h"

#include "models/autocast.h"

namespace rnb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct RecomputedBlock : torch::autograd::Function<RecomputedBlock> {
  // The parameters take part so that their gradients are asked for here; the block itself finds them in the
  // stack.
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, at::TensorList,
                               int64_t stack, int64_t i) {
    context->save_for_backward({x});
    context->saved_data["stack"] = stack;  // a pointer: the stack outlives the step
    context->saved_data["block"] = i;
    context->saved_data["autocast"] = at::autocast::is_autocast_enabled(x.device().type());
    const torch::NoGradGuard no_grad;
    return reinterpret_cast<const BlockStack*>(stack)->block(static_cast<size_t>(i), x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outgrads) {
    const auto& stack = *reinterpret_cast<const BlockStack*>(context->saved_data["stack"].toInt());
    const auto i = static_cast<size_t>(context->saved_data["block"].toInt());
    const auto x = context->get_saved_variables()[0].detach().requires_grad_(true);
    const auto device = x.device().type();
    torch::Tensor y;
    {
      const torch::AutoGradMode with_graph(true);
      const Autocast as_before(device, context->saved_data["autocast"].toBool());
      y = stack.block(i, x);
    }
    variable_list inputs{x};
    const auto& parameters = stack.block_parameters(i);
    inputs.insert(inputs.end(), parameters.begin(), parameters.end());
    auto gradients = torch::autograd::grad({y}, inputs, outgrads, /*retain_graph=*/std::nullopt,
                                           /*create_graph=*/false, /*allow_unused=*/true);
    gradients.emplace_back();  // of the two numbers
    gradients.emplace_back();
    return gradients;
  }
};

}  // namespace

torch::Tensor recomputed_block(const BlockStack& stack, size_t i, const torch::Tensor& x) {
  const at::TensorList parameters = stack.block_parameters(i);
  return RecomputedBlock::apply(x, parameters, reinterpret_cast<int64_t>(&stack), static_cast<int64_t>(i));
}

}  // namespace rnb
