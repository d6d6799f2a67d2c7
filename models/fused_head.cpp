#include "models/fused_head.h"

#include "base/error.h"

namespace rnb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct HeadGradients {
  torch::Tensor rows, weight;
};

// Loss, arg max and (where asked for) gradients of rows [begin, end), all of one domain.
struct ChunkPass {
  const torch::Tensor &rows, &weight, &targets, &row_weight;
  HeadOutput& out;
  HeadGradients* gradients;

  // Adds the chunk's weight gradient to `piece` [V, d].
  void run(int64_t begin, int64_t end, torch::Tensor& piece) const {
    const auto x = rows.slice(0, begin, end);
    const auto target = targets.slice(0, begin, end).unsqueeze(1);
    auto logits = torch::mm(x, weight.t());  // [c, V]
    const auto best = std::get<0>(logits.max(1, /*keepdim=*/true));
    const auto picked = logits.gather(1, target);
    out.row_correct.slice(0, begin, end).copy_(picked.eq(best).squeeze(1));
    logits.sub_(best).exp_();
    const auto sum = logits.sum(1, /*keepdim=*/true);
    out.row_loss.slice(0, begin, end).copy_((sum.log() - (picked - best)).squeeze(1));
    if (!gradients) return;
    const auto w = row_weight.slice(0, begin, end).unsqueeze(1);
    logits.mul_(
        w / sum);  // softmax times the row's weight, in place: this is d loss / d logits but for the target
    logits.scatter_add_(1, target, -w);
    auto row_gradient = gradients->rows.slice(0, begin, end);
    at::mm_out(row_gradient, logits, weight);
    piece.addmm_(logits.t(), x);
  }
};

struct FusedHead : torch::autograd::Function<FusedHead> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor&, const torch::Tensor&,
                               const torch::Tensor& loss, const torch::Tensor& row_gradient,
                               const torch::Tensor& weight_gradient) {
    context->save_for_backward({row_gradient, weight_gradient});
    return loss.clone();
  }
  static variable_list backward(AutogradContext* context, const variable_list& outgrads) {
    const auto saved = context->get_saved_variables();
    auto rows = saved[0], weight = saved[1];
    const auto& scale = outgrads[0];
    if (scale.item<float>() != 1.0F) {
      rows = rows * scale;
      weight = weight * scale;
    }
    return {rows, weight, Variable(), Variable(), Variable()};
  }
};

}  // namespace

HeadOutput fused_head(const torch::Tensor& rows, const torch::Tensor& weight, const torch::Tensor& targets,
                      const torch::Tensor& row_weight, const std::vector<HeadDomain>& domains,
                      LinearTracker* tracker, int64_t chunk_rows) {
  const int64_t n = rows.size(0);
  RNB_ASSERT(!domains.empty() && domains.back().end == n && targets.size(0) == n && row_weight.size(0) == n);
  const bool with_gradients =
      torch::GradMode::is_enabled() && (rows.requires_grad() || weight.requires_grad());
  const bool tracking = with_gradients && tracker && tracker->wants("lm_head");
  const auto plain = rows.options().requires_grad(false);
  HeadOutput out{{}, torch::empty({n}, plain), torch::empty({n}, plain.dtype(torch::kBool))};
  HeadGradients gradients;
  {
    const torch::NoGradGuard no_grad;
    const auto x = rows.detach();
    const auto w = weight.detach();
    if (with_gradients) gradients = {torch::empty_like(x), torch::zeros_like(w)};
    const ChunkPass pass{x, w, targets, row_weight, out, with_gradients ? &gradients : nullptr};
    const auto run_rows = [&](int64_t begin, int64_t end, torch::Tensor& piece) {
      for (int64_t at = begin; at < end; at += chunk_rows)
        pass.run(at, std::min(at + chunk_rows, end), piece);
    };
    if (tracking) {
      auto piece = torch::empty_like(w);
      int64_t begin = 0;
      for (const HeadDomain& d : domains) {
        if (d.end > begin) {
          piece.zero_();
          run_rows(begin, d.end, piece);
          tracker->head_piece(d.domain, piece);
          gradients.weight.add_(piece);
        }
        begin = d.end;
      }
    } else {
      run_rows(0, n, gradients.weight);
    }
    out.loss = out.row_loss.dot(row_weight);
  }
  if (with_gradients) out.loss = FusedHead::apply(rows, weight, out.loss, gradients.rows, gradients.weight);
  return out;
}

}  // namespace rnb
