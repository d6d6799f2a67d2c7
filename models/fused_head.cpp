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

constexpr int64_t kBlockRows =
    512;  // of the vocabulary: 256 KiB at width 128, for the cache between L1 and L3

// Loss, arg max and (where asked for) gradients of rows [begin, end), all of one domain.
struct ChunkPass {
  const torch::Tensor &rows, &weight, &targets, &row_weight;
  HeadOutput& out;
  HeadGradients* gradients;

  // Returns d loss / d logits [end - begin, V] where gradients are wanted; the rows' gradients are filled in.
  torch::Tensor run(int64_t begin, int64_t end) const {
    const auto x = rows.slice(0, begin, end);
    const auto target = targets.slice(0, begin, end).unsqueeze(1);
    auto logits = torch::mm(x, weight.t());
    const auto best = std::get<0>(logits.max(1, /*keepdim=*/true));
    const auto picked = logits.gather(1, target);
    out.row_correct.slice(0, begin, end).copy_(picked.eq(best).squeeze(1));
    logits.sub_(best).exp_();
    const auto sum = logits.sum(1, /*keepdim=*/true);
    out.row_loss.slice(0, begin, end).copy_((sum.log() - (picked - best)).squeeze(1));
    if (!gradients) return {};
    const auto w = row_weight.slice(0, begin, end).unsqueeze(1);
    logits.mul_(w / sum);  // softmax times the row's weight, in place: d loss / d logits but for the target
    logits.scatter_add_(1, target, -w);
    auto row_gradient = gradients->rows.slice(0, begin, end);
    at::mm_out(row_gradient, logits, weight);
    return logits;
  }
};

// A domain that fits one chunk: its weight gradient block by block, each shown to the tracker and added to
// the sum while it is in the cache. Its norm comes from the factors: |D^T X|^2 = sum of (D D^T) * (X X^T).
void track_blocks(const torch::Tensor& logit_gradient, const torch::Tensor& x, int64_t domain,
                  torch::Tensor& sum, LinearTracker& tracker) {
  const int64_t vocabulary = sum.size(0);
  auto block = torch::empty({std::min(kBlockRows, vocabulary), sum.size(1)}, sum.options());
  for (int64_t first = 0; first < vocabulary; first += kBlockRows) {
    const int64_t last = std::min(first + kBlockRows, vocabulary);
    auto part = block.slice(0, 0, last - first);
    at::mm_out(part, logit_gradient.slice(1, first, last).t(), x);
    tracker.head_block(domain, first, vocabulary, part);
    sum.slice(0, first, last).add_(part);
  }
  tracker.head_squared_norm(domain, [&] {
    const auto pairs = logit_gradient.mm(logit_gradient.t()).mul_(x.mm(x.t()));
    return pairs.sum(torch::kFloat64).item<double>();
  });
}

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
    if (!scale.is_cpu() || scale.item<float>() != 1.0F) {  // asking a GPU would make the host wait
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
    const std::vector<HeadDomain> undivided{{0, n}};
    int64_t begin = 0;
    for (const HeadDomain& d : tracking ? domains : undivided) {
      const bool one_chunk = d.end - begin <= chunk_rows;
      torch::Tensor piece;  // a domain of several chunks needs its whole gradient before it can be shown
      if (tracking && !one_chunk) piece = torch::zeros_like(w);
      for (int64_t at = begin; at < d.end; at += chunk_rows) {
        const int64_t end = std::min(at + chunk_rows, d.end);
        const auto logit_gradient = pass.run(at, end);
        if (tracking && one_chunk) {
          track_blocks(logit_gradient, x.slice(0, at, end), d.domain, gradients.weight, *tracker);
        } else if (with_gradients) {
          (tracking ? piece : gradients.weight).addmm_(logit_gradient.t(), x.slice(0, at, end));
        }
      }
      if (piece.defined()) {
        tracker->head_block(d.domain, 0, w.size(0), piece);
        tracker->head_squared_norm(d.domain, [&] {
          const auto flat = piece.reshape({-1});
          return flat.dot(flat).item<double>();
        });
        gradients.weight.add_(piece);
      }
      begin = d.end;
    }
    out.loss = out.row_loss.dot(row_weight);
  }
  if (with_gradients) out.loss = FusedHead::apply(rows, weight, out.loss, gradients.rows, gradients.weight);
  return out;
}

}  // namespace rnb
