// The public files themselves, where they are there. Counts were taken with awk and Python's json, not with
// this code.

#include <cstdlib>
#include <map>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

TEST(WordNet, HasEverySynsetInItsDomain) {
  if (!fs::exists("/usr/share/wordnet/data.noun")) GTEST_SKIP() << "Debian's wordnet-base is not installed";
  std::map<std::string, int> counts;
  int total = 0;
  for (const Row& row : read_all("wordnet", {})) {
    ASSERT_TRUE(std::holds_alternative<Example>(row)) << std::get<BadRow>(row).where;
    ++counts[std::get<Example>(row).domain];
    ++total;
  }
  EXPECT_EQ(total, 117'659);
  EXPECT_EQ(counts.size(), 45U);
  EXPECT_EQ(counts["noun.animal"], 7'509);
  EXPECT_EQ(counts["adj.ppl"], 60);
}

TEST(WordNet, SubsetKeepsTheOrderOfTheFiles) {
  if (!fs::exists("/usr/share/wordnet/data.noun")) GTEST_SKIP() << "Debian's wordnet-base is not installed";
  SourceOptions options;
  options.limit = 500;
  const auto rows = read_all("wordnet", options);
  ASSERT_EQ(rows.size(), 500U);
  size_t nouns = 0;
  std::string last;
  for (const Row& row : rows) {
    const std::string& id = std::get<Example>(row).id;
    if (id[0] != 'n') break;
    EXPECT_LT(last, id);
    last = id;
    ++nouns;
  }
  // 82,115 of 117,659 synsets are nouns: 349 of 500 expected, standard deviation 10.3.
  EXPECT_NEAR(static_cast<double>(nouns), 349, 5 * 10.3);
}

TEST(Dolly, HasEveryRowInItsCategory) {
  const char* data = std::getenv("RNB_DATA_DIR");
  if (!data) GTEST_SKIP() << "RNB_DATA_DIR is not set: the folder with dolly-15k.tar.xz";
  const fs::path archive = fs::path(data) / "dolly-15k.tar.xz";
  if (!fs::exists(archive)) GTEST_SKIP() << archive << " is missing";
  const ScratchFolder folder;
  const std::string unpack = "tar -xJf '" + archive.string() + "' -C '" + folder.path().string() + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  SourceOptions options;
  options.from = folder.path() / "dolly-15k";
  std::map<std::string, int> counts;
  for (const Row& row : read_all("dolly", options)) {
    ASSERT_TRUE(std::holds_alternative<Example>(row)) << std::get<BadRow>(row).reason;
    ++counts[std::get<Example>(row).domain];
  }
  const std::map<std::string, int> expected{{"open_qa", 3742},        {"general_qa", 2191},
                                            {"classification", 2136}, {"closed_qa", 1773},
                                            {"brainstorming", 1766},  {"information_extraction", 1506},
                                            {"summarization", 1188},  {"creative_writing", 709}};
  EXPECT_EQ(counts, expected);
}

}  // namespace
}  // namespace rnb
