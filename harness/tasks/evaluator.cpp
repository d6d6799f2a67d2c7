#include "harness/tasks/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "harness/tasks/batch.h"

namespace rnb {

ExampleLosses evaluate(LanguageModel& model, const Store& store, std::span<const int64_t> examples,
                       int64_t context, int64_t batch_size, torch::Device device) {
  const torch::InferenceMode inference;
  const size_t n = examples.size();
  ExampleLosses out{std::vector<double>(n), std::vector<int64_t>(n), std::vector<int64_t>(n), 0};
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return store.tokens(examples[a]).size() < store.tokens(examples[b]).size();
  });
  for (size_t begin = 0; begin < n; begin += static_cast<size_t>(batch_size)) {
    const size_t end = std::min(n, begin + static_cast<size_t>(batch_size));
    std::vector<RowSpec> rows;
    for (size_t i = begin; i < end; ++i) rows.push_back({0, {examples[order[i]]}});
    const Batch batch = on_device(collate(store, rows, context), device);
    out.cut += batch.cut;
    if (batch.tokens == 0) continue;
    const auto hidden = model.hidden(batch.ids);
    const auto picked = hidden.reshape({-1, hidden.size(-1)}).index_select(0, batch.rows);
    const auto ones = torch::ones({batch.tokens}, picked.options());
    const HeadOutput head =
        fused_head(picked, model.head_weight(), batch.targets, ones, {{0, batch.tokens}}, nullptr);
    const auto loss = head.row_loss.to(torch::kCPU).contiguous();
    const auto correct = head.row_correct.to(torch::kCPU).contiguous();
    const auto* l = loss.data_ptr<float>();
    const auto* c = correct.data_ptr<bool>();
    int64_t at = 0;
    for (size_t b = 0; b < rows.size(); ++b) {
      const size_t i = order[begin + b];
      out.tokens[i] = batch.row_tokens[b];
      for (int64_t t = 0; t < batch.row_tokens[b]; ++t, ++at) {
        out.loss[i] += l[at];
        out.correct[i] += c[at];
      }
    }
  }
  return out;
}

DomainLosses by_domain(const ExampleLosses& losses, std::span<const int64_t> examples,
                       std::span<const int32_t> domain, size_t m) {
  DomainLosses out{std::vector<double>(m), std::vector<int64_t>(m)};
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto d = static_cast<size_t>(domain[static_cast<size_t>(examples[i])]);
    out.loss[d] += losses.loss[i];
    out.tokens[d] += losses.tokens[i];
  }
  for (size_t d = 0; d < m; ++d)
    out.loss[d] = out.tokens[d] > 0 ? out.loss[d] / static_cast<double>(out.tokens[d])
                                    : std::numeric_limits<double>::quiet_NaN();
  return out;
}

nlohmann::json eval_event(const ExampleLosses& losses, std::span<const int64_t> examples, const Store& store,
                          const Grouping& active, std::string_view split, int64_t step) {
  const auto original = by_domain(losses, examples, store.domain(), store.domain_names().size());
  const auto grouped = by_domain(losses, examples, active.domain, active.domain_names.size());
  double loss = 0, domain_sum = 0;
  int64_t tokens = 0, correct = 0, domains = 0;
  for (size_t i = 0; i < examples.size(); ++i) {
    loss += losses.loss[i];
    tokens += losses.tokens[i];
    correct += losses.correct[i];
  }
  for (const double d : original.loss)
    if (!std::isnan(d)) {
      domain_sum += d;
      ++domains;
    }
  const auto mean = [](double sum, int64_t n) {
    return n > 0 ? sum / static_cast<double>(n) : std::numeric_limits<double>::quiet_NaN();
  };
  nlohmann::json event = {{"event", "eval"},
                          {"step", step},
                          {"split", split},
                          {"loss", mean(loss, tokens)},
                          {"domain_mean_loss", mean(domain_sum, domains)},
                          {"accuracy", mean(static_cast<double>(correct), tokens)},
                          {"tokens", tokens},
                          {"original", {{"loss", original.loss}, {"tokens", original.tokens}}},
                          {"active", {{"loss", grouped.loss}, {"tokens", grouped.tokens}}}};
  if (!store.evaluation_weights().empty()) {
    double weighted = 0;
    for (size_t d = 0; d < original.loss.size(); ++d)
      if (store.evaluation_weights()[d] > 0) weighted += store.evaluation_weights()[d] * original.loss[d];
    event["weighted_loss"] = weighted;
  }
  return event;
}

}  // namespace rnb
