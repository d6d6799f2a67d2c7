// What R&B's signal costs inside a training step: the fused head with and without per-domain accumulators,
// and the Gram matrix of a round. Sizes of `nano`: vocabulary 4,096, width 128, 256 counted places per step.

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "harness/trainer/domain_gradients.h"
#include "models/fused_head.h"

namespace rnb {
namespace {

struct Head {
  explicit Head(int64_t domains) {
    rows.requires_grad_();
    weight.requires_grad_();
    for (int64_t d = 0; d < domains; ++d) borders.push_back({d, (d + 1) * kRows / domains});
  }
  static constexpr int64_t kRows = 256;
  torch::Tensor rows = torch::randn({kRows, 128}), weight = torch::randn({4096, 128}),
                targets = torch::randint(0, 4096, {kRows}), row_weight = torch::full({kRows}, 1.0 / kRows);
  std::vector<HeadDomain> borders;
};

void head_without_signal(benchmark::State& state) {
  Head h(state.range(0));
  for (auto _ : state)
    fused_head(h.rows, h.weight, h.targets, h.row_weight, h.borders, nullptr).loss.backward();
}
BENCHMARK(head_without_signal)->Arg(1)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

void head_with_signal(benchmark::State& state) {
  Head h(state.range(0));
  Ledger ledger;
  DomainGradients gradients({"lm_head"}, static_cast<size_t>(state.range(0)), 1, false, ledger);
  for (auto _ : state) {
    std::vector<DomainGradients::RowDomain> rows;
    for (const HeadDomain& d : h.borders) rows.push_back({d.domain, d.end, 1.0});
    gradients.begin_microbatch(rows, Head::kRows);
    fused_head(h.rows, h.weight, h.targets, h.row_weight, h.borders, &gradients).loss.backward();
    gradients.end_step();
  }
}
BENCHMARK(head_with_signal)->Arg(1)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

void gram(benchmark::State& state) {
  const int64_t m = state.range(0);
  Ledger ledger;
  DomainGradients gradients({"lm_head"}, static_cast<size_t>(m), 1, false, ledger);
  for (int64_t i = 0; i < m; ++i) {
    gradients.begin_microbatch({{i, 1, 1.0}}, 1.0);
    gradients.head_block(i, 0, 4096, torch::randn({4096, 128}));
    gradients.end_step();
  }
  for (auto _ : state) benchmark::DoNotOptimize(gradients.gram());
}
BENCHMARK(gram)->Arg(8)->Arg(45)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rnb
