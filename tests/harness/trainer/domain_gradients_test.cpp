#include "harness/trainer/domain_gradients.h"

#include <gtest/gtest.h>

namespace rnb {
namespace {

// Two steps by hand, head of 2 x 1: domain 0 gets (1, 2) then (3, 0), domain 1 gets (0, 1) in the second step
// only. The loss is a mean over 4 tokens, so the sums are four times the pieces.
void two_steps(DomainGradients& g, bool in_two_blocks) {
  const auto show = [&](int64_t domain, float a, float b) {
    if (in_two_blocks) {
      g.head_block(domain, 0, 2, torch::tensor({{a}}));
      g.head_block(domain, 1, 2, torch::tensor({{b}}));
    } else {
      g.head_block(domain, 0, 2, torch::tensor({{a}, {b}}));
    }
    g.head_squared_norm(domain, [=] { return static_cast<double>(a * a + b * b); });
  };
  g.begin_microbatch({{0, 1, 3.0}}, 4.0);
  show(0, 1, 2);
  g.end_step();
  g.begin_microbatch({{0, 1, 2.0}, {1, 2, 5.0}}, 4.0);
  show(0, 3, 0);
  show(1, 0, 1);
  g.end_step();
}

TEST(DomainGradients, GramOfTwoStepsByHand) {
  for (const bool blocks : {false, true}) {
    Ledger ledger;
    DomainGradients g({"lm_head"}, 3, 1, true, ledger);
    two_steps(g, blocks);
    const GradientGram gram = g.gram();
    // g_0 = 4 (4, 2), g_1 = 4 (0, 1), domain 2 never came.
    EXPECT_EQ(gram.dot, (std::vector<double>{320, 32, 0, 32, 16, 0, 0, 0, 0}));
    EXPECT_EQ(gram.count, (std::vector<double>{5, 5, 0}));
    EXPECT_EQ(gram.squared_norms, (std::vector<double>{16 * (5 + 9), 16, 0}));
    EXPECT_EQ(gram.squared_counts, (std::vector<double>{13, 25, 0}));
  }
}

TEST(DomainGradients, NormsThatNobodyAskedForAreNotComputed) {
  Ledger ledger;
  DomainGradients g({"lm_head"}, 1, 1, false, ledger);
  g.begin_microbatch({{0, 1, 2.0}}, 1.0);
  g.head_block(0, 0, 1, torch::tensor({{3.0F}}));
  g.head_squared_norm(0, []() -> double {
    ADD_FAILURE() << "computed";
    return 0;
  });
  g.end_step();
  EXPECT_EQ(g.gram().dot, (std::vector<double>{9}));
  EXPECT_TRUE(g.gram().squared_norms.empty());
}

TEST(DomainGradients, MicroBatchesOfOneStepAreOneStep) {
  Ledger ledger;
  DomainGradients g({"lm_head"}, 1, 2, true, ledger);
  for (const float a : {1.0F, 2.0F}) {
    g.begin_microbatch({{0, 1, 2.0}}, 1.0);
    g.head_block(0, 0, 1, torch::tensor({{a}}));
    g.head_squared_norm(0, [=] { return static_cast<double>(a * a); });
  }
  g.end_step();
  const GradientGram gram = g.gram();
  EXPECT_EQ(gram.squared_norms[0], 9.0);  // |1 + 2|^2
  EXPECT_EQ(gram.squared_counts[0], 16.0);
}

TEST(DomainGradients, BodyLayersSplitTheBatchAtTheDomainBorders) {
  Ledger ledger;
  DomainGradients g({"fc"}, 2, 1, true, ledger);
  const auto x = torch::randn({3, 4, 2}), outgrad = torch::randn({3, 4, 5});
  g.begin_microbatch({{0, 1, 4.0}, {1, 3, 8.0}}, 1.0);
  g.body_layer("fc", x, outgrad);
  g.end_step();
  const auto sum = [&](int64_t begin, int64_t end) {
    return torch::einsum("bto,bti->oi", {outgrad.slice(0, begin, end), x.slice(0, begin, end)});
  };
  const auto a = sum(0, 1), b = sum(1, 3);
  const GradientGram gram = g.gram();
  EXPECT_NEAR(gram.dot[0], (a * a).sum().item<double>(), 1e-3);
  EXPECT_NEAR(gram.dot[1], (a * b).sum().item<double>(), 1e-3);
  EXPECT_NEAR(gram.dot[3], (b * b).sum().item<double>(), 1e-3);
  EXPECT_NEAR(gram.squared_norms[1], (b * b).sum().item<double>(), 1e-3);
}

TEST(DomainGradients, GoesOnAfterSaveAndLoadAndStartsAnewAfterReset) {
  Ledger ledger;
  DomainGradients whole({"lm_head"}, 3, 1, true, ledger), loaded({"lm_head"}, 3, 1, true, ledger);
  two_steps(whole, false);
  loaded.load(whole.save(), torch::kCPU);
  two_steps(whole, false);
  two_steps(loaded, false);
  EXPECT_EQ(whole.gram().dot, loaded.gram().dot);
  EXPECT_EQ(whole.gram().squared_norms, loaded.gram().squared_norms);
  whole.reset();
  EXPECT_EQ(whole.gram().dot, std::vector<double>(9, 0.0));
}

}  // namespace
}  // namespace rnb
