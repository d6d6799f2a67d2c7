#include "tests/base/fuzz.h"

#include <algorithm>

#include "methods/regroup/grouping_expression.h"

namespace rnb {
namespace {

TEST(Fuzz, GroupingExpression) {
  const std::string good[] = {"regroup:k=5..30:5,embedder=static,seed=3,nredo=2", "random:k=10,seed=2",
                              "original", "regroup-minilm-k10-s1-n3"};
  int read = 0;
  fuzz("grouping", 10'000, [&](Rng& rng) {
    const std::string text = damaged(good[rng.below(4)], rng, ":=,.0123456789-/");
    read += accepted([&] {
      const GroupingExpression e = parse_grouping(text);
      EXPECT_FALSE(e.name.empty());
      EXPECT_TRUE(std::is_sorted(e.ks.begin(), e.ks.end()));
      EXPECT_EQ(e.name.find('/'), std::string::npos) << "it names a folder inside the store";
    });
  });
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace rnb
