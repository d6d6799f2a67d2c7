// The loss against its formula written out, and domain gradients against autograd on that formula.

#include "models/contrastive_head.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"

namespace rnb {
namespace {

torch::Tensor random(std::vector<int64_t> shape, uint64_t stream) {
  auto t = torch::empty(shape, torch::kFloat64);
  Rng rng(5, "test", 0, stream);
  for (int64_t i = 0; i < t.numel(); ++i) t.data_ptr<double>()[i] = rng.normal();
  return t.to(torch::kFloat32);
}

struct Parts {
  torch::Tensor image = random({7, 5}, 1), text = random({7, 6}, 2);
  torch::Tensor image_projection = random({4, 5}, 3).set_requires_grad(true),
                text_projection = random({4, 6}, 4).set_requires_grad(true),
                logit_scale = torch::tensor(1.3F).set_requires_grad(true);
  torch::Tensor weight = torch::tensor({0.1F, 0.2F, 0.05F, 0.3F, 0.1F, 0.15F, 0.1F});
  std::vector<HeadDomain> domains{{0, 2}, {2, 3}, {5, 7}};
  ContrastiveInput input() const { return {image, text, image_projection, text_projection, logit_scale}; }
};

// Pair r: half of -log softmax over images of text r, half of -log softmax over texts of image r.
torch::Tensor pair_losses(const Parts& p) {
  const auto unit = [](const torch::Tensor& z) { return z / z.pow(2).sum(1, true).sqrt(); };
  const auto i = unit(p.image.matmul(p.image_projection.t())), t = unit(p.text.matmul(p.text_projection.t()));
  const auto s = torch::exp(p.logit_scale) * t.matmul(i.t());
  const auto e = s.exp();
  return -0.5 * ((s.diagonal() - e.sum(1).log()) + (s.diagonal() - e.sum(0).log()));
}

class Seen : public LinearTracker {
 public:
  explicit Seen(std::string only = "") : only_(std::move(only)) {}
  bool wants(const std::string& layer) const override { return only_.empty() || layer == only_; }
  void body_layer(const std::string&, const torch::Tensor&, const torch::Tensor&) override {}
  void head_block(int64_t, int64_t, int64_t, const torch::Tensor&) override {}
  void head_squared_norm(int64_t, const std::function<double()>&) override {}
  void domain_gradient(const std::string& layer, int64_t domain,
                       const std::function<torch::Tensor()>& gradient) override {
    sums[{layer, domain}] = gradient();
  }
  std::map<std::pair<std::string, int64_t>, torch::Tensor> sums;

 private:
  std::string only_;
};

TEST(ContrastiveHead, LossIsTheFormulas) {
  const Parts p;
  const auto head = contrastive_head(p.input(), p.weight, p.domains, nullptr);
  const auto expected = pair_losses(p);
  EXPECT_LT((head.row_loss - expected).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(head.loss.item<double>(), expected.dot(p.weight).item<double>(), 1e-5);
  EXPECT_FALSE(head.row_loss.requires_grad());
}

TEST(ContrastiveHead, OnePairAloneHasNoLoss) {
  Parts p;
  p.image = p.image.slice(0, 0, 1);
  p.text = p.text.slice(0, 0, 1);
  const auto head = contrastive_head(p.input(), torch::ones({1}), {{0, 1}}, nullptr);
  EXPECT_EQ(head.loss.item<double>(), 0);
  EXPECT_TRUE(head.row_correct.item<bool>());
}

TEST(ContrastiveHead, ADomainsGradientIsThatOfItsOwnLossTerms) {
  const Parts p;
  Seen tracker;
  contrastive_head(p.input(), p.weight, p.domains, &tracker);
  ASSERT_EQ(tracker.sums.size(), 6U);
  int64_t begin = 0;
  for (const HeadDomain& d : p.domains) {
    const auto loss = pair_losses(p).slice(0, begin, d.end).dot(p.weight.slice(0, begin, d.end));
    const auto g = torch::autograd::grad({loss}, {p.image_projection, p.text_projection});
    for (const auto& [layer, expected] : {std::pair{"visual_projection", g[0]}, {"text_projection", g[1]}}) {
      const auto& got = tracker.sums.at({layer, d.domain});
      EXPECT_LT((got - expected).norm().item<double>(), 1e-5 * expected.norm().item<double>())
          << layer << d.domain;
    }
    begin = d.end;
  }
}

TEST(ContrastiveHead, DomainGradientsAddUpToTheParametersGradients) {
  const Parts p;
  Seen tracker;
  contrastive_head(p.input(), p.weight, p.domains, &tracker).loss.backward();
  for (const auto& [layer, parameter] :
       {std::pair{"visual_projection", p.image_projection}, {"text_projection", p.text_projection}}) {
    auto sum = torch::zeros_like(parameter);
    for (const HeadDomain& d : p.domains) sum = sum + tracker.sums.at({layer, d.domain});
    EXPECT_LT((sum - parameter.grad()).norm().item<double>(), 1e-5 * parameter.grad().norm().item<double>())
        << layer;
  }
}

TEST(ContrastiveHead, ShowsOnlyTheLayersThatAreTracked) {
  const Parts p;
  Seen tracker("text_projection");
  contrastive_head(p.input(), p.weight, p.domains, &tracker);
  for (const auto& [key, gradient] : tracker.sums) EXPECT_EQ(key.first, "text_projection");
  EXPECT_EQ(tracker.sums.size(), 3U);
  Seen other;
  const torch::NoGradGuard no_grad;
  contrastive_head(p.input(), p.weight, p.domains, &other);
  EXPECT_TRUE(other.sums.empty());
}

}  // namespace
}  // namespace rnb
