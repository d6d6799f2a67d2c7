#include "models/autocast.h"

#include <gtest/gtest.h>

#include "models/fused_head.h"
#include "models/language_model.h"

namespace rnb {
namespace {

TEST(Autocast, MultipliesInBfloat16AndLeavesThingsAsTheyWere) {
  const auto x = torch::ones({2, 3}), w = torch::ones({4, 3});
  {
    const Autocast autocast(torch::kCPU, true);
    EXPECT_EQ(torch::linear(x, w).scalar_type(), torch::kBFloat16);
    const Autocast off(torch::kCPU, false);
    EXPECT_EQ(torch::linear(x, w).scalar_type(), torch::kFloat32);
  }
  EXPECT_EQ(torch::linear(x, w).scalar_type(), torch::kFloat32);
}

// LibTorch caches narrow copies of weights until it is told to forget them.
TEST(Autocast, SeesAWeightThatTheOptimiserHasChanged) {
  const auto x = torch::ones({2, 3});
  auto w = torch::ones({4, 3}).requires_grad_(true);
  const auto output = [&] {
    const Autocast autocast(torch::kCPU, true);
    return torch::linear(x, w).to(torch::kFloat32).sum().item<float>();
  };
  EXPECT_EQ(output(), 24);
  {
    const torch::NoGradGuard no_grad;
    w.mul_(2);
  }
  EXPECT_EQ(output(), 48);
}

// Sums one layer's gradient, as a method's signal would.
struct Watcher : LinearTracker {
  std::string layer;
  torch::Tensor sum;
  bool wants(const std::string& name) const override { return name == layer; }
  void body_layer(const std::string&, const torch::Tensor& x, const torch::Tensor& g) override {
    sum = g.reshape({-1, g.size(-1)}).t().mm(x.reshape({-1, x.size(-1)})).to(torch::kFloat32);
  }
  void head_block(int64_t, int64_t, int64_t, const torch::Tensor&) override {}
  void head_squared_norm(int64_t, const std::function<double()>&) override {}
};

TEST(Autocast, GradientsOfAModelAreThoseOfFloat32UpToItsRounding) {
  for (const char* size : {"pico", "qwen2-pico"})
    for (const Activations activations : {Activations::Keep, Activations::Recompute}) {
      SCOPED_TRACE(size);
      const auto step = [&](bool bf16, Watcher& watcher) {
        const auto model = make_language_model(size, 64, 16, 1, torch::kCPU);
        model->keep_activations(activations);
        watcher.layer = model->linear_names()[model->linear_names().size() - 2];
        model->track(&watcher);
        const auto ids = (torch::arange(64) * 7 % 64).view({4, 16});
        torch::Tensor states;
        {
          const Autocast autocast(torch::kCPU, bf16);
          states = model->hidden(ids).reshape({64, -1}).to(torch::kFloat32);
        }
        const auto out = fused_head(states, model->head_weight(), ids.reshape(-1),
                                    torch::full({64}, 1.0 / 64), {{0, 64}}, nullptr);
        out.loss.backward();
        for (const NamedParameter& p : model->parameters())
          EXPECT_EQ(p.tensor.grad().scalar_type(), torch::kFloat32) << p.name;
        return model->parameters().front().tensor.grad();
      };
      Watcher narrow, wide;
      const auto got = step(true, narrow), want = step(false, wide);
      EXPECT_LT((got - want).norm().item<double>(), 0.05 * want.norm().item<double>());
      EXPECT_FALSE(torch::equal(got, want));
      EXPECT_LT((narrow.sum - wide.sum).norm().item<double>(), 0.05 * wide.sum.norm().item<double>());
    }
}

}  // namespace
}  // namespace rnb
