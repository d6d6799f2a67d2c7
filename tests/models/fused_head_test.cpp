#include "models/fused_head.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

struct Case {
  torch::Tensor rows = torch::randn({37, 12}), weight = torch::randn({50, 12}),
                targets = torch::randint(0, 50, {37}), row_weight = torch::rand({37});
};

// The same by LibTorch's own cross-entropy over all logits.
torch::Tensor plain_loss(const Case& c) {
  const auto each = torch::cross_entropy_loss(c.rows.mm(c.weight.t()), c.targets, {}, at::Reduction::None);
  return (each * c.row_weight).sum();
}

class Pieces : public LinearTracker {
 public:
  bool wants(const std::string& layer) const override { return layer == "lm_head"; }
  void body_layer(const std::string&, const torch::Tensor&, const torch::Tensor&) override {}
  void head_block(int64_t domain, int64_t first, int64_t vocabulary, const torch::Tensor& block) override {
    if (!pieces.contains(domain)) pieces[domain] = torch::zeros({vocabulary, block.size(1)});
    pieces[domain].slice(0, first, first + block.size(0)).add_(block);
  }
  void head_squared_norm(int64_t domain, const std::function<double()>& squared_norm) override {
    squared_norms[domain] = squared_norm();
  }
  std::map<int64_t, torch::Tensor> pieces;
  std::map<int64_t, double> squared_norms;
};

TEST(FusedHead, LossAndGradientsAreThoseOfCrossEntropyForAnyChunk) {
  torch::manual_seed(1);
  for (const int64_t chunk : {int64_t{1}, int64_t{8}, int64_t{64}}) {
    Case c;
    c.rows.requires_grad_();
    c.weight.requires_grad_();
    const auto expected = plain_loss(c);
    const auto grads = torch::autograd::grad({expected}, {c.rows, c.weight});
    const auto out = fused_head(c.rows, c.weight, c.targets, c.row_weight, {{0, 37}}, nullptr, chunk);
    EXPECT_NEAR(out.loss.item<double>(), expected.item<double>(), 1e-3);
    (out.loss * 2).backward();  // the scale of the outer gradient arrives too
    EXPECT_LT((c.rows.grad() - 2 * grads[0]).abs().max().item<double>(), 1e-4);
    EXPECT_LT((c.weight.grad() - 2 * grads[1]).abs().max().item<double>(), 1e-4);
    const auto best = c.rows.mm(c.weight.t()).argmax(1);
    EXPECT_TRUE(torch::equal(out.row_correct, best.eq(c.targets)));
  }
}

// Vocabulary of several blocks; chunks smaller and larger than the domains.
TEST(FusedHead, DomainPiecesAreTheGradientsOfTheDomainsOwnTerms) {
  torch::manual_seed(2);
  for (const int64_t chunk : {4, 64}) {
    Case c;
    c.weight = torch::randn({1300, 12});
    c.targets = torch::randint(0, 1300, {37});
    c.weight.requires_grad_();
    Pieces pieces;
    const auto out =
        fused_head(c.rows, c.weight, c.targets, c.row_weight, {{3, 10}, {5, 10}, {8, 37}}, &pieces, chunk);
    ASSERT_EQ(pieces.pieces.size(), 2U);  // domain 5 has no rows
    const auto piece_of = [&](int64_t begin, int64_t end) {
      Case d = c;
      d.row_weight = torch::zeros({37});
      d.row_weight.slice(0, begin, end).copy_(c.row_weight.slice(0, begin, end));
      return torch::autograd::grad({plain_loss(d)}, {c.weight})[0];
    };
    const auto a = piece_of(0, 10), b = piece_of(10, 37);
    EXPECT_LT((pieces.pieces[3] - a).abs().max().item<double>(), 1e-4);
    EXPECT_LT((pieces.pieces[8] - b).abs().max().item<double>(), 1e-4);
    EXPECT_NEAR(pieces.squared_norms[3] / a.square().sum().item<double>(), 1.0, 1e-4);
    EXPECT_NEAR(pieces.squared_norms[8] / b.square().sum().item<double>(), 1.0, 1e-4);
    out.loss.backward();
    EXPECT_LT((c.weight.grad() - a - b).abs().max().item<double>(), 1e-4);
  }
}

TEST(FusedHead, SurvivesLogitsThatOverflowExp) {
  Case c;
  c.rows = c.rows * 1000;
  const auto out = fused_head(c.rows, c.weight, c.targets, c.row_weight, {{0, 37}}, nullptr);
  EXPECT_TRUE(torch::isfinite(out.row_loss).all().item<bool>());
}

}  // namespace
}  // namespace rnb
