// The public files themselves, where they are there. Counts were taken with awk and Python's json, not with
// this code.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"
#include "tests/datasets/write_parquet.h"

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

// Unpacks an archive of RNB_DATA_DIR into a folder of the test; why it cannot, otherwise.
std::string unpack(const std::string& archive, const ScratchFolder& folder) {
  const char* data = std::getenv("RNB_DATA_DIR");
  if (!data) return "RNB_DATA_DIR is not set: the folder with " + archive;
  const fs::path file = fs::path(data) / archive;
  if (!fs::exists(file)) return file.string() + " is missing";
  const std::string command = "tar -xJf '" + file.string() + "' -C '" + folder.path().string() + "'";
  return std::system(command.c_str()) == 0 ? "" : file.string() + " cannot be unpacked";
}

struct Counted {
  std::map<std::string, int> domains;
  std::map<SplitHint, int> hints;
  std::vector<std::string> notes;
  int total = 0;
};

Counted counted(const std::string& dataset, const fs::path& from,
                std::map<std::string, std::string> extra = {}) {
  SourceOptions options;
  options.from = from;
  options.extra = std::move(extra);
  const auto source = open_source(source_spec(dataset), options);
  Counted out;
  while (const auto row = source->next()) {
    if (const auto* bad = std::get_if<BadRow>(&*row)) {
      ADD_FAILURE() << bad->where << ": " << bad->reason;
      break;
    }
    const auto& e = std::get<Example>(*row);
    ++out.domains[e.domain];
    ++out.hints[e.hint];
    ++out.total;
  }
  out.notes = source->notes();
  return out;
}

TEST(Sni, OfficialSubsetHasItsTasksAndCategories) {
  const ScratchFolder folder;
  if (const auto why = unpack("super-natural-instructions.tar.xz", folder); !why.empty()) GTEST_SKIP() << why;
  const Counted train = counted("sni", folder.path(), {{"split", "train"}});
  EXPECT_EQ(train.total, 69'873);  // 69,875 instances, two without an output
  EXPECT_EQ(train.domains.size(), 31U);
  EXPECT_EQ(train.domains.at("Question Answering"), 20'255);
  EXPECT_THAT(train.notes, testing::ElementsAre("550 of the 756 tasks in train_tasks.txt have no file here",
                                                "2 instances were left out: their output is empty"));
  const Counted unseen = counted("sni_test", folder.path());
  EXPECT_EQ(unseen.domains.size(), 37U);  // 31 and 6, none of them in both
  EXPECT_EQ(unseen.domains.at("Title Generation"), 3'500);
  EXPECT_EQ(unseen.hints.at(SplitHint::Train), 69'873);
  EXPECT_EQ(unseen.hints.at(SplitHint::Valid) + unseen.hints.at(SplitHint::Test), 9'843);
  EXPECT_NEAR(unseen.hints.at(SplitHint::Valid), 4'921.5, 5 * 49.6);  // sqrt(9843) / 2
  const Counted capped = counted("sni", folder.path(), {{"split", "all"}, {"max-instances", "10"}});
  EXPECT_LE(capped.total, 2'770);
}

TEST(S1, StandInHasItsRowsAndSources) {
  const ScratchFolder folder;
  if (const auto why = unpack("s1-like-open.tar.xz", folder); !why.empty()) GTEST_SKIP() << why;
  const Counted sources = counted("s1", folder.path() / "s1-like-open");
  EXPECT_EQ(sources.total, 8'257);
  EXPECT_EQ(sources.domains.size(), 21U);
  EXPECT_EQ(sources.domains.at("simplescaling/openaimath/Algebra"), 1'063);
  EXPECT_EQ(sources.notes.at(0),
            "8257 of 8257 rows have no thinking trajectory: their completion is the answer alone");
  const Counted kinds = counted("s1", folder.path() / "s1-like-open", {{"domain-column", "cot_type"}});
  EXPECT_EQ(kinds.domains, (std::map<std::string, int>{{"english", 1'214}, {"math", 7'043}}));
}

// With Qwen's own tokenizer.json (added_tokens: 151644 <|im_start|>, 151645 <|im_end|>; 198 is the line end).
TEST(S1, QwensTokenizerTakesTheTemplatesMarksAsSingleTokens) {
  const ScratchFolder folder;
  for (const char* archive : {"s1-like-open.tar.xz", "tokenizers.tar.xz"})
    if (const auto why = unpack(archive, folder); !why.empty()) GTEST_SKIP() << why;
  PrepareOptions options;
  options.dataset = "s1";
  options.source.from = folder.path() / "s1-like-open";
  options.source.limit = 50;
  options.tokenizer = (folder.path() / "tokenizers/qwen").string();
  options.out = folder.path() / "store";
  EXPECT_EQ(prepare(options).notes.size(), 1U);  // no remark on the tokenizer
  const Store store(options.out);
  const auto tokenizer = store.tokenizer();
  ASSERT_EQ(store.size(), 50);
  for (int64_t i = 0; i < store.size(); ++i) {
    const auto tokens = store.tokens(i);
    EXPECT_EQ(std::count(tokens.begin(), tokens.end(), 151644), 4);  // system, user, assistant, answer
    EXPECT_EQ(std::count(tokens.begin(), tokens.end(), 151645), 3);
    EXPECT_EQ(tokens.front(), 151644);
    EXPECT_EQ(tokens[tokens.size() - 2], 151645);
    EXPECT_EQ(tokens.back(), 198);
    EXPECT_EQ(tokens[static_cast<size_t>(store.loss_from(i))], 151644);
    std::string words(store.text(i));  // decoding leaves control tokens out
    for (const char* mark : {"<|im_start|>", "<|im_end|>"})
      for (size_t at = words.find(mark); at != std::string::npos; at = words.find(mark))
        words.erase(at, std::strlen(mark));
    EXPECT_EQ(tokenizer->decode(tokens), words);
  }
}

TEST(S1, ParquetFixturesOfEveryCodecGiveTheSameExamples) {
  const ScratchFolder folder;
  if (const auto why = unpack("parquet-fixtures.tar.xz", folder); !why.empty()) GTEST_SKIP() << why;
  if (!pyarrow_is_there()) GTEST_SKIP() << ".venv has no pyarrow: scripts/setup.sh installs it";
  std::vector<std::string> texts;
  for (const char* codec : {"plain", "snappy", "zstd"}) {
    SourceOptions options;
    options.from = folder.path() / "parquet-fixtures" / fmt::format("s1-schema-300.{}.parquet", codec);
    std::string text;
    const auto rows = read_all("s1", options);
    ASSERT_EQ(rows.size(), 300U);
    for (const Row& row : rows) {
      const auto& e = std::get<Example>(row);
      EXPECT_THAT(e.completion, testing::StartsWith("<|im_start|>think\n"));
      text += e.prompt + e.completion + e.domain;
    }
    texts.push_back(text);
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(texts[0], texts[2]);
}

TEST(Dolly, HasEveryRowInItsCategory) {
  const ScratchFolder folder;
  if (const auto why = unpack("dolly-15k.tar.xz", folder); !why.empty()) GTEST_SKIP() << why;
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
