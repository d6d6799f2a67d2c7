#include "methods/regroup/regroup.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <unistd.h>

#include <gmock/gmock.h>

#include "base/error.h"
#include "datasets/prepare.h"
#include "tests/methods/regroup/blobs.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kExamples = 400;
constexpr size_t kTopics = 3;
const std::array<std::string, kTopics> kWords{"violin sonata tempo", "glacier moraine ice",
                                              "enzyme protein cell"};

// A store of texts on three topics, and embeddings that put each topic in a corner of its own. The original
// domains
// ("even", "odd") cut across the topics.
class Regroup : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // ctest runs each case in a process of its own: the folder's name must not be shared.
    folder_ = fs::temp_directory_path() / ("rnb-regroup-test-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    blobs_ = make_blobs(kExamples, kTopics, 4, 11);
    std::ofstream out(folder_ / "texts.jsonl");
    for (size_t i = 0; i < static_cast<size_t>(kExamples); ++i)
      out << R"({"domain": ")" << (i % 2 == 0 ? "even" : "odd") << R"(", "text": "the )"
          << kWords[static_cast<size_t>(blobs_.corner[i])] << " of the day\"}\n";
    out.close();
    PrepareOptions options;
    options.dataset = "jsonl";
    options.source.from = folder_ / "texts.jsonl";
    options.out = folder_ / "store";
    options.tokenizer = "train:300";
    options.threads = 1;
    prepare(options);
    store_ = std::make_unique<Store>(folder_ / "store");
  }
  static void TearDownTestSuite() {
    store_.reset();
    fs::remove_all(folder_);
  }
  static RegroupOutcome make(const std::string& expression) {
    return regroup(*store_, blobs_.points(), parse_grouping(expression));
  }
  static std::string refusal(const Points& points, const std::string& expression) {
    try {
      regroup(*store_, points, parse_grouping(expression));
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  static inline fs::path folder_;
  static inline Blobs blobs_;
  static inline std::unique_ptr<Store> store_;
};

TEST_F(Regroup, EveryExampleOfEverySplitGetsItsTopic) {
  const auto out = make("regroup:k=3,nredo=10");
  EXPECT_TRUE(same_partition(out.grouping.domain, blobs_.corner));
  EXPECT_EQ(out.centroids.size(), kTopics * 4);
}

TEST_F(Regroup, CentroidsComeFromTrainingExamplesOnly) {
  const auto out = make("regroup:k=1");
  std::vector<double> mean(4);
  const auto train = store_->examples(Split::Train);
  ASSERT_LT(train.size(), static_cast<size_t>(kExamples));
  for (const int64_t i : train)
    for (size_t d = 0; d < 4; ++d)
      mean[d] += static_cast<double>(blobs_.values[static_cast<size_t>(i) * 4 + d]) /
                 static_cast<double>(train.size());
  for (size_t d = 0; d < 4; ++d) EXPECT_NEAR(static_cast<double>(out.centroids[d]), mean[d], 1e-4);
}

TEST_F(Regroup, SilhouetteChoosesTheNumberOfTopics) {
  const auto out = make("regroup:k=2..5,nredo=10");
  EXPECT_EQ(out.grouping.manifest["k"], 3);
  EXPECT_EQ(out.grouping.manifest["silhouette"]["k"], (std::vector<int64_t>{2, 3, 4, 5}));
  EXPECT_TRUE(out.grouping.manifest["warnings"].empty());
}

TEST_F(Regroup, BestKAtTheEdgeIsSaid) {
  const auto manifest = make("regroup:k=3..5,nredo=10").grouping.manifest;
  ASSERT_FALSE(manifest["warnings"].empty());
  EXPECT_THAT(manifest["warnings"][0].get<std::string>(), HasSubstr("best k, 3, is at the edge"));
}

TEST_F(Regroup, SizesAndTableCountEveryExampleOnce) {
  const auto manifest = make("regroup:k=4").grouping.manifest;
  const auto total = [&](const char* key) {
    const auto sizes = manifest.at(key).get<std::vector<int64_t>>();
    EXPECT_EQ(sizes.size(), 4U);
    return std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  };
  const auto examples = [&](Split split) { return static_cast<int64_t>(store_->examples(split).size()); };
  EXPECT_EQ(total("sizes"), examples(Split::Train));
  EXPECT_EQ(total("sizes_valid"), examples(Split::Valid));
  EXPECT_EQ(total("sizes_test"), examples(Split::Test));
  const auto table = manifest.at("table").get<std::vector<std::vector<int64_t>>>();
  ASSERT_EQ(table.size(), 2U);
  std::vector<int64_t> columns(4), rows(2), original(2);
  for (size_t r = 0; r < 2; ++r)
    for (size_t c = 0; c < 4; ++c) {
      columns[c] += table[r][c];
      rows[r] += table[r][c];
    }
  for (const int64_t i : store_->examples(Split::Train))
    ++original[static_cast<size_t>(store_->domain()[static_cast<size_t>(i)])];
  EXPECT_EQ(columns, manifest.at("sizes").get<std::vector<int64_t>>());
  EXPECT_EQ(rows, original);
}

TEST_F(Regroup, NamesTellTheTopic) {
  const auto out = make("regroup:k=3,nredo=10");
  std::vector<std::string> names(kTopics);
  for (size_t i = 0; i < static_cast<size_t>(kExamples); ++i)
    names[static_cast<size_t>(blobs_.corner[i])] =
        out.grouping.domain_names[static_cast<size_t>(out.grouping.domain[i])].substr(4);
  EXPECT_THAT(names, ElementsAre("sonata tempo violin", "glacier ice moraine", "cell enzyme protein"));
}

TEST_F(Regroup, TinyClustersAreKeptAndSaid) {
  const auto train = static_cast<int64_t>(store_->examples(Split::Train).size());
  const auto out = make("regroup:k=" + std::to_string(train));
  EXPECT_EQ(out.grouping.manifest["k"], train);
  EXPECT_THAT(out.grouping.manifest["warnings"].dump(), HasSubstr("fewer than 5 training examples"));
}

TEST_F(Regroup, SavedAndLoadedIsTheSame) {
  const auto out = make("regroup:k=3");
  save_grouping(*store_, out.grouping, out.centroids, 4);
  const Grouping back = load_grouping(*store_, "regroup-minilm-k3-s1-n3");
  EXPECT_EQ(back.domain, out.grouping.domain);
  EXPECT_EQ(back.domain_names, out.grouping.domain_names);
  EXPECT_EQ(back.manifest["table"], out.grouping.manifest["table"]);
}

TEST_F(Regroup, RefusesWrongEmbeddings) {
  EXPECT_THAT(refusal(blobs_.points(), "regroup:k=3..401:199"), HasSubstr("k = 401 clusters"));
  const std::span<const float> few(blobs_.values.data(), 40);
  EXPECT_THAT(refusal({few, 10, 4}, "regroup:k=3"), HasSubstr("10 embeddings"));
  std::vector<float> broken = blobs_.values;
  broken[static_cast<size_t>(store_->examples(Split::Test).front()) * 4] =
      NAN;  // one that k-means never sees
  EXPECT_THAT(refusal({broken, kExamples, 4}, "regroup:k=3"), HasSubstr("is not finite"));
}

}  // namespace
}  // namespace rnb
