#include "models/contrastive_head.h"

#include "base/error.h"

namespace rnb {
namespace {

struct Side {
  torch::Tensor features, unit, norm;
  Side(const torch::Tensor& x, const torch::Tensor& weight) : features(x) {
    const auto z = torch::linear(x, weight);
    norm = z.norm(2, 1, /*keepdim=*/true);
    unit = z / norm;
  }
  // The projection's weight gradient [E, width], given that of the unit vectors.
  torch::Tensor weight_gradient(const torch::Tensor& of_unit) const {
    const auto along = (of_unit * unit).sum(1, /*keepdim=*/true);
    return ((of_unit - along * unit) / norm).t().mm(features);
  }
};

// What all domains of a batch share, made when the first of them is asked for.
class DomainTerms {
 public:
  DomainTerms(const ContrastiveInput& in, const torch::Tensor& row_weight)
      : in_(in), row_weight_(row_weight) {}

  torch::Tensor image_gradient(int64_t begin, int64_t end) {
    start();
    const auto rows = by_text_.slice(0, begin, end), columns = by_image_.slice(1, begin, end);
    auto g = rows.t().mm(text_->unit.slice(0, begin, end));
    g.slice(0, begin, end).addmm_(columns.t(), text_->unit);
    return image_->weight_gradient(g);
  }
  torch::Tensor text_gradient(int64_t begin, int64_t end) {
    start();
    const auto rows = by_text_.slice(0, begin, end), columns = by_image_.slice(1, begin, end);
    auto g = columns.mm(image_->unit.slice(0, begin, end));
    g.slice(0, begin, end).addmm_(rows, image_->unit);
    return text_->weight_gradient(g);
  }

 private:
  // d loss / d similarity [texts, images] of the texts' cross-entropies (pair r in row r) and the images'
  // (column r).
  void start() {
    if (image_) return;
    image_.emplace(in_.image.detach(), in_.image_projection.detach());
    text_.emplace(in_.text.detach(), in_.text_projection.detach());
    const auto scale = in_.logit_scale.detach().exp();
    const auto logits = text_->unit.mm(image_->unit.t()) * scale;
    const auto w = row_weight_ * (0.5 * scale);
    by_text_ = torch::softmax(logits, 1);
    by_text_.diagonal().sub_(1);
    by_text_.mul_(w.unsqueeze(1));
    by_image_ = torch::softmax(logits, 0);
    by_image_.diagonal().sub_(1);
    by_image_.mul_(w.unsqueeze(0));
  }
  const ContrastiveInput& in_;
  const torch::Tensor& row_weight_;
  std::optional<Side> image_, text_;
  torch::Tensor by_text_, by_image_;
};

}  // namespace

HeadOutput contrastive_head(const ContrastiveInput& in, const torch::Tensor& row_weight,
                            const std::vector<HeadDomain>& domains, LinearTracker* tracker) {
  const int64_t n = in.image.size(0);
  RNB_ASSERT(in.text.size(0) == n && row_weight.size(0) == n && !domains.empty() && domains.back().end == n);
  const Side image(in.image, in.image_projection), text(in.text, in.text_projection);
  const auto logits = text.unit.mm(image.unit.t()) * in.logit_scale.exp();
  const auto row_loss =
      (torch::log_softmax(logits, 1).diagonal() + torch::log_softmax(logits, 0).diagonal()) * -0.5;
  HeadOutput out{row_loss.dot(row_weight), row_loss.detach(), {}};
  {
    const torch::NoGradGuard no_grad;
    out.row_correct = logits.detach().argmax(0).eq(torch::arange(n, logits.options().dtype(torch::kInt64)));
  }
  if (!tracker || !torch::GradMode::is_enabled()) return out;
  DomainTerms terms(in, row_weight);
  int64_t begin = 0;
  for (const HeadDomain& d : domains) {
    if (d.end > begin) {
      if (tracker->wants("visual_projection"))
        tracker->domain_gradient("visual_projection", d.domain,
                                 [&] { return terms.image_gradient(begin, d.end); });
      if (tracker->wants("text_projection"))
        tracker->domain_gradient("text_projection", d.domain,
                                 [&] { return terms.text_gradient(begin, d.end); });
    }
    begin = d.end;
  }
  return out;
}

}  // namespace rnb
