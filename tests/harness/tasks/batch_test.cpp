#include "harness/tasks/batch.h"

#include <gtest/gtest.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

class Batches : public ::testing::Test {
 protected:
  Batches() : store_(small_store(folder_)) {}
  std::vector<int64_t> of_domain(int32_t domain) const {
    std::vector<int64_t> out;
    for (const int64_t i : store_.examples(Split::Train))
      if (store_.domain()[static_cast<size_t>(i)] == domain) out.push_back(i);
    return out;
  }
  ScratchFolder folder_;
  Store store_;
};

// From the definition: place t of a row counts where token t + 1 is at or behind the first token with a loss,
// and its target is that token.
TEST_F(Batches, EveryCountedPlacePredictsTheTokenAfterIt) {
  const std::vector<RowSpec> rows{{0, {of_domain(0)[0]}}, {0, {of_domain(0)[1]}}, {1, {of_domain(1)[0]}}};
  const Batch batch = collate(store_, rows, 1000);
  size_t place = 0;
  for (size_t b = 0; b < rows.size(); ++b) {
    const auto tokens = store_.tokens(rows[b].examples.front());
    const auto first = std::max<int64_t>(store_.loss_from(rows[b].examples.front()), 1);
    EXPECT_EQ(batch.row_tokens[b], static_cast<int64_t>(tokens.size()) - first);
    for (auto t = first; t < static_cast<int64_t>(tokens.size()); ++t, ++place) {
      const auto at = batch.rows[static_cast<int64_t>(place)].item<int64_t>();
      EXPECT_EQ(at, static_cast<int64_t>(b) * batch.ids.size(1) + t - 1);
      EXPECT_EQ(batch.ids.flatten()[at].item<int64_t>(), tokens[static_cast<size_t>(t - 1)]);
      EXPECT_EQ(batch.targets[static_cast<int64_t>(place)].item<int64_t>(), tokens[static_cast<size_t>(t)]);
    }
  }
  EXPECT_EQ(batch.tokens, static_cast<int64_t>(place));
  ASSERT_EQ(batch.head_domains.size(), 2U);
  EXPECT_EQ(batch.head_domains[0].end, batch.row_tokens[0] + batch.row_tokens[1]);
  EXPECT_EQ(batch.head_domains[1].end, batch.tokens);
  EXPECT_EQ(batch.cut, 0);
}

TEST_F(Batches, AnExampleLongerThanTheContextIsCutAndCounted) {
  const int64_t example = of_domain(0)[0];
  const auto tokens = store_.tokens(example);
  const auto context = static_cast<int64_t>(tokens.size()) - 3;  // context + 1 tokens are read
  const Batch batch = collate(store_, std::vector<RowSpec>{{0, {example}}}, context);
  EXPECT_EQ(batch.cut, 1);
  EXPECT_EQ(batch.ids.size(1), context);
  EXPECT_EQ(batch.targets[-1].item<int64_t>(), tokens[static_cast<size_t>(context)]);
}

TEST_F(Batches, PackedRowsAreFullAndOfOneDomain) {
  std::vector<std::vector<int64_t>> pools{of_domain(0), of_domain(1)};
  Sampler sampler(SamplerMode::Iid, pools, 1, 1);
  const std::vector<Draw> draws{sampler.next_of(0), sampler.next_of(1)};
  const auto rows = packed_rows(store_, draws, sampler, 100);
  ASSERT_EQ(rows.size(), 2U);
  for (const RowSpec& row : rows) {
    size_t length = 0;
    for (const int64_t i : row.examples) {
      EXPECT_EQ(store_.domain()[static_cast<size_t>(i)], row.domain);
      length += store_.tokens(i).size();
    }
    EXPECT_GE(length, 101U);
    EXPECT_LT(length - store_.tokens(row.examples.back()).size(), 101U);
  }
}

}  // namespace
}  // namespace rnb
