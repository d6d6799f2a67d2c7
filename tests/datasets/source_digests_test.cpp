#include "datasets/source_digests.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(DistinctNames, AreFileNamesWhereTheseDiffer) {
  EXPECT_THAT(distinct_names({"/data/x/train.jsonl", "/elsewhere/test.jsonl"}),
              UnorderedElementsAre(Pair("/data/x/train.jsonl", "train.jsonl"),
                                   Pair("/elsewhere/test.jsonl", "test.jsonl")));
  EXPECT_TRUE(distinct_names({}).empty());
}

TEST(DistinctNames, TakeFoldersUntilTheyDiffer) {
  EXPECT_THAT(distinct_names({"/a/tasks.tsv", "/b/tasks.tsv", "/b/x.json"}),
              UnorderedElementsAre(Pair("/a/tasks.tsv", "a/tasks.tsv"), Pair("/b/tasks.tsv", "b/tasks.tsv"),
                                   Pair("/b/x.json", "x.json")));
  EXPECT_THAT(distinct_names({"/1/same/t", "/2/same/t", "/2/other/t"}),
              UnorderedElementsAre(Pair("/1/same/t", "1/same/t"), Pair("/2/same/t", "2/same/t"),
                                   Pair("/2/other/t", "other/t")));
  EXPECT_THAT(distinct_names({"/t", "/a/t"}), UnorderedElementsAre(Pair("/t", "t"), Pair("/a/t", "a/t")));
}

TEST(DistinctNames, OneFileNamedTwiceIsOne) {
  const fs::path here = fs::current_path();
  EXPECT_THAT(distinct_names({here / "x", "x", here / "y/../x"}),
              UnorderedElementsAre(Pair(here / "x", "x"), Pair("x", "x"), Pair(here / "y/../x", "x")));
}

// SHA-256 of "abc" and of nothing: FIPS 180-2, appendix B.1, and its well-known empty digest.
TEST(SourceDigests, AreOfEachFile) {
  const ScratchFolder folder;
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const auto a = folder.write("a/t.txt", "abc"), b = folder.write("b/t.txt", "");
  const SourceDigests digests({a, b});
  EXPECT_EQ(digests.sha256(a), abc);
  EXPECT_EQ(digests.by_name(), nlohmann::json({{"a/t.txt", abc}, {"b/t.txt", empty}}));
  EXPECT_THROW(SourceDigests({folder.path() / "none"}), Error);
}

}  // namespace
}  // namespace rnb
