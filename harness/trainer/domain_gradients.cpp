#include "harness/trainer/domain_gradients.h"

#include <algorithm>

#include "base/error.h"

namespace rnb {

DomainGradients::DomainGradients(std::vector<std::string> layers, size_t domains, int64_t accumulation,
                                 bool step_norms, Ledger& ledger)
    : layers_(std::move(layers)),
      m_(domains),
      accumulation_(accumulation),
      step_norms_(step_norms),
      ledger_(ledger),
      count_(m_),
      squared_norms_(step_norms ? m_ : 0),
      squared_counts_(m_),
      step_counts_(m_) {
  for (const std::string& layer : layers_) sums_[layer].resize(m_);
}

bool DomainGradients::wants(const std::string& layer) const {
  return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
}

void DomainGradients::begin_microbatch(std::vector<RowDomain> rows, double scale) {
  rows_ = std::move(rows);
  scale_ = scale;
  for (const RowDomain& r : rows_) step_counts_[static_cast<size_t>(r.domain)] += r.count;
}

void DomainGradients::add(const std::string& layer, int64_t domain, int64_t first, int64_t rows,
                          const torch::Tensor& piece) {
  const torch::NoGradGuard no_grad;
  const auto add_to = [&](torch::Tensor& sum) {
    if (!sum.defined()) sum = torch::zeros({rows, piece.size(1)}, piece.options().requires_grad(false));
    sum.slice(0, first, first + piece.size(0)).add_(piece, scale_);
    ledger_.add_flops("accumulate", 2.0 * static_cast<double>(piece.numel()));
  };
  add_to(sums_[layer][static_cast<size_t>(domain)]);
  if (step_norms_ && accumulation_ > 1) add_to(step_[layer][domain]);
}

void DomainGradients::add_squared_norm(int64_t domain, double squared_norm) {
  squared_norms_[static_cast<size_t>(domain)] += scale_ * scale_ * squared_norm;
}

void DomainGradients::head_block(int64_t domain, int64_t first, int64_t vocabulary,
                                 const torch::Tensor& block) {
  const PhaseScope scope(ledger_, Phase::Signal);
  add("lm_head", domain, first, vocabulary, block);
}

void DomainGradients::head_squared_norm(int64_t domain, const std::function<double()>& squared_norm) {
  if (!norm_is_due()) return;
  const PhaseScope scope(ledger_, Phase::Signal);
  const torch::NoGradGuard no_grad;
  add_squared_norm(domain, squared_norm());
}

void DomainGradients::domain_gradient(const std::string& layer, int64_t domain,
                                      const std::function<torch::Tensor()>& gradient) {
  const PhaseScope scope(ledger_, Phase::Signal);
  const torch::NoGradGuard no_grad;
  const auto piece = gradient();
  add(layer, domain, 0, piece.size(0), piece);
  if (!norm_is_due()) return;
  const auto flat = piece.reshape({-1});
  add_squared_norm(domain, flat.dot(flat).item<double>());
}

void DomainGradients::body_layer(const std::string& layer, const torch::Tensor& input,
                                 const torch::Tensor& outgrad) {
  const PhaseScope scope(ledger_, Phase::Signal);
  const torch::NoGradGuard no_grad;
  int64_t begin = 0;
  for (const RowDomain& r : rows_) {
    if (r.end > begin) {
      const auto x = input.slice(0, begin, r.end).reshape({-1, input.size(-1)});
      const auto g = outgrad.slice(0, begin, r.end).reshape({-1, outgrad.size(-1)});
      const auto piece = g.t().mm(x).to(torch::kFloat32);
      add(layer, r.domain, 0, piece.size(0), piece);
      if (norm_is_due()) {
        const auto flat = piece.reshape({-1});
        add_squared_norm(r.domain, flat.dot(flat).item<double>());
      }
    }
    begin = r.end;
  }
}

void DomainGradients::end_step() {
  const PhaseScope scope(ledger_, Phase::Signal);
  for (auto& [layer, pieces] : step_)
    for (auto& [domain, piece] : pieces) {
      const auto flat = piece.reshape({-1});
      squared_norms_[static_cast<size_t>(domain)] += flat.dot(flat).item<double>();
    }
  step_.clear();
  for (size_t i = 0; i < m_; ++i) {
    count_[i] += step_counts_[i];
    squared_counts_[i] += step_counts_[i] * step_counts_[i];
    step_counts_[i] = 0;
  }
}

GradientGram DomainGradients::gram() const {
  const torch::NoGradGuard no_grad;
  GradientGram out;  // its dot products are 2 FLOPs per element
  out.m = m_;
  out.count = count_;
  out.squared_norms = squared_norms_;
  out.squared_counts = squared_counts_;
  out.dot.assign(m_ * m_, 0.0);
  for (const auto& [layer, sums] : sums_) {
    std::vector<torch::Tensor> rows;
    std::vector<size_t> seen;
    for (size_t i = 0; i < m_; ++i)
      if (sums[i].defined()) {
        rows.push_back(sums[i].reshape({-1}));
        seen.push_back(i);
      }
    // Row by row: stacking would double the accumulators' memory.
    for (size_t a = 0; a < seen.size(); ++a)
      for (size_t b = 0; b <= a; ++b) {
        ledger_.add_flops("gram", 2.0 * static_cast<double>(rows[a].numel()));
        const double dot = rows[a].dot(rows[b]).item<double>();
        out.dot[seen[a] * m_ + seen[b]] += dot;
        if (a != b) out.dot[seen[b] * m_ + seen[a]] += dot;
      }
  }
  return out;
}

void DomainGradients::reset() {
  for (auto& [layer, sums] : sums_)
    for (torch::Tensor& sum : sums)
      if (sum.defined()) sum.zero_();
  for (auto* v : {&count_, &squared_norms_, &squared_counts_}) std::fill(v->begin(), v->end(), 0.0);
}

double DomainGradients::bytes() const {
  double total = 0;
  for (const auto& [layer, sums] : sums_)
    for (const torch::Tensor& sum : sums)
      if (sum.defined()) total += static_cast<double>(sum.nbytes());
  return total;
}

TensorMap DomainGradients::save() const {
  TensorMap out;
  const auto vector = [](const std::vector<double>& v) { return torch::tensor(v, torch::kFloat64); };
  out["count"] = vector(count_);
  out["squared_norms"] = vector(squared_norms_);
  out["squared_counts"] = vector(squared_counts_);
  for (const auto& [layer, sums] : sums_)
    for (size_t i = 0; i < m_; ++i)
      if (sums[i].defined()) out[fmt::format("{}/{}", layer, i)] = sums[i];
  return out;
}

void DomainGradients::load(const TensorMap& saved, torch::Device device) {
  const auto vector = [&](const std::string& name) {
    const auto t = saved.at(name).contiguous();
    return std::vector<double>(t.data_ptr<double>(), t.data_ptr<double>() + t.numel());
  };
  count_ = vector("count");
  squared_norms_ = vector("squared_norms");
  squared_counts_ = vector("squared_counts");
  for (const auto& [name, tensor] : saved) {
    const size_t slash = name.rfind('/');
    if (slash == std::string::npos) continue;
    sums_.at(name.substr(0, slash)).at(std::stoul(name.substr(slash + 1))) =
        tensor.to(device, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
  }
}

}  // namespace rnb
