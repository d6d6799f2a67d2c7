// The stand-in refuses what a test of device-cleanliness is there to find.

#include "tests/device/stand_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/decoder.h"

namespace rnb {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename F>
std::string refusal(F f) {
  try {
    f();
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  }
  return "nothing was refused";
}

torch::Tensor on_device(const torch::Tensor& t) {
  return t.to(stand_in());
}

TEST(StandIn, ComputesWhatTheCpuComputes) {
  const auto x = torch::arange(12, torch::kFloat32).view({3, 4}).sin(),
             w = torch::arange(20, torch::kFloat32).view({5, 4}).cos();
  const auto f = [](torch::Tensor a, torch::Tensor b) {
    a = a.detach().requires_grad_(true);
    const auto y = torch::linear(torch::layer_norm(a, {4}), b).log_softmax(1).slice(0, 1, 3).sum() * 3.0;
    y.backward();
    return a.grad();
  };
  const auto got = f(on_device(x), on_device(w)).to(torch::kCPU), want = f(x, w);
  EXPECT_GT(want.abs().max().item<double>(), 0.01);
  EXPECT_LT((got - want).abs().max().item<double>(), 1e-5);
  EXPECT_EQ(torch::arange(5, stand_in()).sum().item<int64_t>(),
            10);  // a result that the operator gives its size
}

TEST(StandIn, NamesTheOperatorThatIsGivenACpuTensor) {
  const auto x = on_device(torch::ones({3, 4})), stray = torch::ones({4, 2});
  EXPECT_THAT(refusal([&] { torch::mm(x, stray); }), AllOf(HasSubstr("aten::mm"), HasSubstr(kUnclean)));
  // These are silent on the meta device, and on a GPU an illegal address or a slow surprise.
  EXPECT_THAT(refusal([&] { x.index_select(0, torch::tensor({0, 2})); }),
              AllOf(HasSubstr("aten::index_select"), HasSubstr(kUnclean)));
  EXPECT_THAT(refusal([&] { torch::embedding(x, torch::tensor({0, 2})); }), HasSubstr(kUnclean));
  EXPECT_THAT(refusal([&] { x + torch::ones({3, 4}); }), HasSubstr("cpu"));  // refused before it gets to us
  EXPECT_THAT(refusal([&] { x + torch::tensor(1.0F); }), HasSubstr(kUnclean));  // 0-dim, but no mere number
  EXPECT_EQ(refusal([&] { x + 1.0; }), "nothing was refused");
}

// What an unclean model would do: a table that was made without asking where the input lies.
TEST(StandIn, AMaskOnTheCpuIsFoundInTheForwardPassAndAGradientInTheBackward) {
  const auto q = on_device(torch::ones({1, 2, 3, 4}));
  const auto mask = torch::ones({3, 3}, torch::kBool).tril();
  EXPECT_NE(refusal([&] { at::scaled_dot_product_attention(q, q, q, mask); }), "nothing was refused");

  struct Unclean : torch::autograd::Function<Unclean> {
    static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& x) {
      return x.mm(x.t());
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                   const torch::autograd::variable_list& g) {
      return {g[0].mm(torch::ones({3, 4}))};
    }
  };
  const auto x = on_device(torch::ones({3, 4})).requires_grad_(true);
  EXPECT_THAT(refusal([&] { Unclean::apply(x).sum().backward(); }),
              AllOf(HasSubstr("aten::mm"), HasSubstr(kUnclean)));
}

TEST(StandIn, RecordsWhatCrosses) {
  take_crossings();
  const auto x = torch::ones({6}).to(stand_in());
  const auto y = torch::ones({5}, torch::kInt64).pin_memory().to(stand_in(), /*non_blocking=*/true);
  x.to(torch::kCPU);
  x.sum().item<float>();
  std::vector<std::string> seen;
  for (const Crossing& c : take_crossings()) seen.push_back(to_string(c));
  EXPECT_THAT(seen, ElementsAre("Upload Float 6", "PinnedUpload Long 5", "Download Float 6", "Item Float 1"));
}

}  // namespace
}  // namespace rnb
