#include <set>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::HasSubstr;

TEST(Jsonl, ReadsNamedColumns) {
  const ScratchFolder folder;
  SourceOptions options = options_from(
      folder.write("x.jsonl",
                   "{\"q\": \"2+2?\", \"a\": \"4\", \"kind\": \"maths\", \"key\": 17}\r\n\n"
                   "{\"q\": \"caf\\u00e9?\", \"a\": \"ja\", \"kind\": \"words\", \"key\": \"b\"}"));
  options.extra = {{"prompt", "q"}, {"completion", "a"}, {"domain", "kind"}, {"id", "key"}};
  const auto rows = read_all("jsonl", options);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(example_at(rows, 0).id, "17");
  EXPECT_EQ(example_at(rows, 0).prompt, "2+2?");
  EXPECT_EQ(example_at(rows, 0).completion, "4");
  EXPECT_EQ(example_at(rows, 0).domain, "maths");
  EXPECT_EQ(example_at(rows, 1).prompt, "caf\xc3\xa9?");
}

TEST(Jsonl, SaysWhereAndWhyARowIsBad) {
  const ScratchFolder folder;
  const auto file = folder.write("x.jsonl",
                                 "{\"text\": \"a\", \"domain\": \"d\"}\n"
                                 "{\"text\": \"a\"\n"
                                 "[1]\n"
                                 "\n"
                                 "{\"domain\": \"d\"}\n"
                                 "{\"text\": \"\", \"domain\": \"d\"}\n"
                                 "{\"text\": [\"a\"], \"domain\": \"d\"}\n"
                                 "{\"text\": \"\xff\", \"domain\": \"d\"}\n"
                                 "{\"text\": \"a\", \"domain\": \"\"}\n");
  const auto rows = read_all("jsonl", options_from(file));
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(example_at(rows, 0).id, "line-1");
  const std::vector<std::pair<int, std::string>> expected{
      {2, "not valid JSON"},          {3, "not a JSON object"},        {5, "\"text\" is missing"},
      {6, "the completion is empty"}, {7, "\"text\" is not a string"}, {8, "not valid JSON"},
      {9, "the domain is empty"}};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(bad_at(rows, i + 1).where, file.string() + ":" + std::to_string(expected[i].first));
    EXPECT_THAT(bad_at(rows, i + 1).reason, HasSubstr(expected[i].second));
  }
}

TEST(Jsonl, CutsALineThatNeverEndsAndGoesOn) {
  const ScratchFolder folder;
  const auto rows = read_all(
      "jsonl", options_from(folder.write("x.jsonl", std::string((64 << 20) + 2, 'x') +
                                                        "\n{\"text\": \"a\", \"domain\": \"d\"}\n")));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(bad_at(rows, 0).reason, HasSubstr("longer than 64 MiB"));
  EXPECT_EQ(example_at(rows, 1).id, "line-2");
}

TEST(Jsonl, SubsetHoldsTheSameIdsForAnyOrderOfTheFile) {
  const ScratchFolder folder;
  std::string forward, backward;
  for (int i = 0; i < 100; ++i) {
    const std::string line = "{\"text\": \"t\", \"domain\": \"d\", \"id\": " + std::to_string(i) + "}\n";
    forward += line + "\n";  // blank lines count for nothing
    backward.insert(0, line);
  }
  const auto ids = [&](const std::string& text, uint64_t seed) {
    SourceOptions options = options_from(folder.write("x.jsonl", text));
    options.extra["id"] = "id";
    options.limit = 30;
    options.seed = seed;
    std::set<std::string> out;
    for (const Row& row : read_all("jsonl", options)) out.insert(std::get<Example>(row).id);
    return out;
  };
  EXPECT_EQ(ids(forward, 1).size(), 30U);
  EXPECT_EQ(ids(forward, 1), ids(backward, 1));
  EXPECT_NE(ids(forward, 1), ids(forward, 2));
}

TEST(Jsonl, RefusesAMissingFileAndTwoNamesForOneColumn) {
  const ScratchFolder folder;
  SourceOptions options = options_from(folder.path() / "no.jsonl");
  EXPECT_THAT(error_of([&] { read_all("jsonl", options); }), HasSubstr("no.jsonl"));
  EXPECT_THROW(read_all("jsonl", options_from(folder.path())), Error);
  EXPECT_THROW(read_all("jsonl", {}), UsageError);
  options.extra = {{"text", "a"}, {"completion", "b"}};
  EXPECT_THROW(read_all("jsonl", options), UsageError);
}

}  // namespace
}  // namespace rnb
