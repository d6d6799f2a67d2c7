#include "datasets/store/grouping.h"

#include <numeric>

#include <gmock/gmock.h>

#include "base/json_file.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Grouping, OriginalIsTheStoresOwn) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  const Grouping g = load_grouping(store, "original");
  EXPECT_EQ(g.domain_names, store.domain_names());
  EXPECT_TRUE(std::equal(g.domain.begin(), g.domain.end(), store.domain().begin(), store.domain().end()));
  EXPECT_EQ(g.digest, original_grouping(store).digest);
}

TEST(Grouping, ComesBackAsSaved) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  Grouping g = random_grouping(store, 3, 1);
  g.name = "mine";
  g.manifest["note"] = "kept";
  save_grouping(store, g, std::vector<float>{1, 2, 3, 4, 5, 6}, 2);
  const Grouping back = load_grouping(store, "mine");
  EXPECT_EQ(back.domain, g.domain);
  EXPECT_EQ(back.domain_names, g.domain_names);
  EXPECT_EQ(back.digest, g.digest);
  EXPECT_EQ(back.manifest.at("note"), "kept");
  const NpyArray centroids(store.folder() / "groupings/mine/centroids.npy");
  EXPECT_THAT(centroids.shape(), testing::ElementsAre(3, 2));
  EXPECT_THAT(centroids.values<float>(), testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Grouping, RandomIsEvenSeededAndByIdAlone) {
  const ScratchFolder folder;
  auto options = skills_options(folder.path() / "store");
  options.source.extra["examples"] = "4000";
  prepare(options);
  const Store store(options.out);
  const Grouping g = random_grouping(store, 4, 1);
  std::vector<int> sizes(4);
  std::vector<std::vector<int>> by_original(4, std::vector<int>(4));
  for (size_t i = 0; i < g.domain.size(); ++i) {
    ++sizes.at(static_cast<size_t>(g.domain[i]));
    ++by_original[static_cast<size_t>(store.domain()[i])][static_cast<size_t>(g.domain[i])];
  }
  for (const int n : sizes) EXPECT_NEAR(n, 1000, 5 * 27.4);  // sqrt(4000 * 1/4 * 3/4)
  for (const auto& row : by_original)
    for (const int n : row) EXPECT_NEAR(n, 250, 5 * 13.7);  // independent of the source's domains
  EXPECT_EQ(g.domain, random_grouping(store, 4, 1).domain);
  EXPECT_NE(g.domain, random_grouping(store, 4, 2).domain);
  EXPECT_THROW(random_grouping(store, 0, 1), UsageError);
  EXPECT_THROW(random_grouping(store, 4001, 1), UsageError);
}

TEST(Grouping, CountsExamplesAndCompletionTokens) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  std::vector<int64_t> total(4);
  for (const Split split : {Split::Train, Split::Valid, Split::Test}) {
    const DomainCounts counts = count_domains(store, original_grouping(store), split);
    const auto sum = std::accumulate(counts.examples.begin(), counts.examples.end(), int64_t{0});
    EXPECT_EQ(sum, static_cast<int64_t>(store.examples(split).size()));
    for (size_t d = 0; d < 4; ++d) {
      total[d] += counts.examples[d];
      EXPECT_EQ(counts.tokens[d], counts.examples[d] * 32);  // 33 tokens, the first is not predicted
    }
  }
  EXPECT_THAT(total, testing::Each(50));
}

TEST(Grouping, RefusesWhatDoesNotFitTheStore) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  Grouping g = random_grouping(store, 3, 1);
  save_grouping(store, g, {}, 0);
  EXPECT_THAT(error_of([&] { load_grouping(store, "random-k3-s2"); }),
              HasSubstr("did you mean 'random-k3-s1'?"));
  EXPECT_THROW(load_grouping(store, "../groupings/" + g.name), Error);

  const fs::path array = store.folder() / "groupings" / g.name / "domain.npy";
  auto domain = g.domain;
  domain[5] = (domain[5] + 1) % 3;
  write_npy<int32_t>(array, domain, {static_cast<int64_t>(domain.size())});
  EXPECT_THAT(error_of([&] { load_grouping(store, g.name); }), HasSubstr("digest"));
  domain[5] = 3;
  write_npy<int32_t>(array, domain, {static_cast<int64_t>(domain.size())});
  EXPECT_THAT(error_of([&] { load_grouping(store, g.name); }), HasSubstr("domain 3 of 3"));
  domain.pop_back();
  write_npy<int32_t>(array, domain, {static_cast<int64_t>(domain.size())});
  EXPECT_THAT(error_of([&] { load_grouping(store, g.name); }), HasSubstr("199 examples, the store has 200"));
}

TEST(Grouping, RefusesOneOfAnotherStore) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  save_grouping(store, random_grouping(store, 3, 1), {}, 0);
  auto options = skills_options(folder.path() / "other");
  options.seed = 1;
  prepare(options);
  fs::copy(store.folder() / "groupings", options.out / "groupings", fs::copy_options::recursive);
  EXPECT_THAT(error_of([&] { load_grouping(Store(options.out), "random-k3-s1"); }),
              HasSubstr("another store"));
}

}  // namespace
}  // namespace rnb
