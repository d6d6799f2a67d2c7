// S1's layout, against the text that its authors' data/tokenization.py makes with Qwen2's chat template,
// written out by hand.

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"
#include "tests/datasets/write_parquet.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHead = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n";
const std::string kMiddle = "<|im_end|>\n<|im_start|>assistant\n";

ReadOut read_out(const fs::path& from, std::map<std::string, std::string> extra = {}, int64_t limit = 0) {
  SourceOptions options;
  options.from = from;
  options.extra = std::move(extra);
  options.limit = limit;
  const ReadOut out = read_out("s1", options);
  EXPECT_TRUE(out.control_tokens);
  return out;
}

std::string lines_of(const json& rows) {
  std::string out;
  for (const auto& row : rows) out += row.dump() + "\n";
  return out;
}

const json kRow{{"question", " What is 1 + 1? "},
                {"solution", "2"},
                {"cot_type", "math"},
                {"source_type", "made/sums"},
                {"thinking_trajectories", {"\nFirst.", "Then.\n"}},
                {"attempt", "So \\boxed{2}\n"}};

json changed(json row, const json& by) {
  row.update(by);
  return row;
}

TEST(S1, LaysAQuestionOutAsItsAuthorsDo) {
  const ScratchFolder folder;
  const ReadOut read = read_out(folder.write("x.jsonl", lines_of(json::array({kRow}))));
  ASSERT_EQ(read.examples.size(), 1U);
  const Example& e = read.examples[0];
  EXPECT_EQ(e.prompt, kHead + " What is 1 + 1? " + kMiddle);
  EXPECT_EQ(e.completion,
            "<|im_start|>think\nFirst.\nThen.\n<|im_start|>answer\nAnswer: So \\boxed{2}<|im_end|>\n");
  EXPECT_EQ(e.domain, "made/sums");
  EXPECT_EQ(e.id, "s1-1");
  EXPECT_THAT(read.notes, IsEmpty());
}

TEST(S1, TrajectoriesAreAListOrAStringAndAnAnswerIsNamedOnce) {
  const ScratchFolder folder;
  const ReadOut read =
      read_out(folder.write("x.jsonl", lines_of({changed(kRow, {{"thinking_trajectories", "One text."}}),
                                                 changed(kRow, {{"attempt", "Thus. Answer: 2"}})})));
  EXPECT_EQ(read.examples.at(0).completion,
            "<|im_start|>think\nOne text.\n<|im_start|>answer\nAnswer: So \\boxed{2}<|im_end|>\n");
  EXPECT_THAT(read.examples.at(1).completion,
              testing::EndsWith("<|im_start|>answer\nThus. Answer: 2<|im_end|>\n"));
}

TEST(S1, WithoutTrajectoriesTheAnswerStandsAlone) {
  const ScratchFolder folder;
  const json bare{{"question", "q"}, {"solution", "two"}, {"source_type", "s"}};
  const ReadOut read = read_out(folder.write(
      "x.jsonl",
      lines_of({bare, changed(bare, {{"thinking_trajectories", json::array()}, {"attempt", nullptr}}),
                changed(bare, {{"attempt", "tried"}}), kRow})));
  const std::string alone = "<|im_start|>answer\nAnswer: two<|im_end|>\n";
  EXPECT_EQ(read.examples.at(0).completion, alone);
  EXPECT_EQ(read.examples.at(1).completion, alone);
  EXPECT_EQ(read.examples.at(2).completion, "<|im_start|>answer\nAnswer: tried<|im_end|>\n");
  EXPECT_THAT(read.notes,
              ElementsAre("3 of 4 rows have no thinking trajectory: their completion is the answer alone"));
}

TEST(S1, TakesTheTracesOfS1K11ByOption) {
  const ScratchFolder folder;
  const auto file =
      folder.write("x.jsonl", lines_of({{{"question", "q"},
                                         {"solution", "s"},
                                         {"source_type", "d"},
                                         {"gemini_thinking_trajectory", "G"},
                                         {"gemini_attempt", "g"},
                                         {"deepseek_thinking_trajectory", json::array({"D1", "D2"})},
                                         {"deepseek_attempt", "d"}}}));
  const std::string deepseek = "<|im_start|>think\nD1\nD2\n<|im_start|>answer\nAnswer: d<|im_end|>\n";
  EXPECT_EQ(read_out(file).examples.at(0).completion, deepseek);
  EXPECT_EQ(read_out(file, {{"traces", "deepseek"}}).examples.at(0).completion, deepseek);
  EXPECT_EQ(read_out(file, {{"traces", "gemini"}}).examples.at(0).completion,
            "<|im_start|>think\nG\n<|im_start|>answer\nAnswer: g<|im_end|>\n");
  EXPECT_EQ(read_out(file, {{"traces", "s1"}}).examples.at(0).completion,
            "<|im_start|>answer\nAnswer: s<|im_end|>\n");
}

TEST(S1, DomainColumnAndSystemMessageAreOptions) {
  const ScratchFolder folder;
  const auto file = folder.write("x.jsonl", lines_of(json::array({kRow})));
  EXPECT_EQ(read_out(file, {{"domain-column", "cot_type"}}).examples.at(0).domain, "math");
  EXPECT_EQ(read_out(file, {{"system", ""}}).examples.at(0).prompt,
            "<|im_start|>user\n What is 1 + 1? " + kMiddle);
  EXPECT_THAT(read_out(file, {{"system", "Be brief."}}).examples.at(0).prompt,
              testing::StartsWith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n"));
}

TEST(S1, BadRowsSayWhereAndWhy) {
  const ScratchFolder folder;
  const auto file =
      folder.write("x.jsonl", lines_of({changed(kRow, {{"source_type", ""}}),
                                        changed(kRow, {{"question", nullptr}}),
                                        changed(kRow, {{"thinking_trajectories", json::array({1})}}),
                                        changed(kRow, {{"attempt", " "}}),
                                        {{"question", "q"}, {"cot_type", "math"}}}));
  const ReadOut read = read_out(file);
  const std::vector<std::string> why{"\"source_type\" is empty; domain-column= takes",
                                     "\"question\" is not a string", "neither a string nor a list",
                                     "neither an attempt nor a solution",
                                     "\"source_type\" is missing; domain-column= takes"};
  ASSERT_EQ(read.bad.size(), why.size());
  for (size_t i = 0; i < why.size(); ++i) {
    EXPECT_EQ(read.bad[i].where, fmt::format("{}:{}", file.string(), i + 1));
    EXPECT_THAT(read.bad[i].reason, HasSubstr(why[i]));
  }
}

TEST(S1, SaysWhatFilesItExpects) {
  const ScratchFolder folder;
  EXPECT_THAT(error_of([&] { read_out(folder.path()); }), HasSubstr("train-000NN-of-000MM.parquet"));
  EXPECT_THAT(error_of([&] { read_out({}); }), HasSubstr("--from is missing"));
  folder.write("a.jsonl", "");
  folder.write("b.jsonl", "");
  EXPECT_THAT(error_of([&] { read_out(folder.path()); }), AllOf(HasSubstr("a.jsonl"), HasSubstr("name one")));
}

class S1Parquet : public testing::Test {
 protected:
  void SetUp() override {
    if (!pyarrow_is_there()) GTEST_SKIP() << ".venv has no pyarrow: scripts/setup.sh installs it";
  }
  ScratchFolder folder_;
};

TEST_F(S1Parquet, ReadsShardsInTheirOrderAndNumbersTheirRows) {
  fs::create_directories(folder_.path() / "data");
  for (int shard = 0; shard < 2; ++shard) {
    json rows;
    for (int i = 0; i < 3; ++i)
      rows.push_back(changed(
          kRow, {{"question", fmt::format("{}/{}", shard, i)}, {"metadata", "unread"}, {"cot", nullptr}}));
    write_parquet(folder_, fmt::format("data/train-0000{}-of-00003.parquet", shard), rows);
  }
  write_parquet(folder_, "data/test-00000-of-00001.parquet", json::array({kRow}));
  const ReadOut read = read_out(folder_.path());
  ASSERT_EQ(read.examples.size(), 6U);
  for (int n = 0; n < 6; ++n) {
    const Example& e = read.examples[static_cast<size_t>(n)];
    EXPECT_EQ(e.id, fmt::format("s1-{}", n + 1));
    EXPECT_EQ(e.prompt, kHead + fmt::format("{}/{}", n / 3, n % 3) + kMiddle);
    EXPECT_EQ(e.completion,
              "<|im_start|>think\nFirst.\nThen.\n<|im_start|>answer\nAnswer: So \\boxed{2}<|im_end|>\n");
  }
  EXPECT_THAT(read.notes, ElementsAre("2 of 3 shards are there"));
  EXPECT_EQ(read_out(folder_.path(), {}, 4).examples.size(), 4U);
  EXPECT_EQ(read_out(folder_.path() / "data").examples.size(), 6U);
  EXPECT_EQ(read_out(folder_.path() / "data/test-00000-of-00001.parquet").examples.size(), 1U);
}

TEST_F(S1Parquet, BadRowsNameTheFileAndTheRow) {
  const auto file =
      write_parquet(folder_, "x.parquet", {kRow, changed(kRow, {{"source_type", nullptr}}), kRow});
  const ReadOut read = read_out(file);
  EXPECT_EQ(read.examples.size(), 2U);
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].where, file.string() + ": row 2");
  EXPECT_THAT(read.bad[0].reason, HasSubstr("\"source_type\" is not a string"));
  EXPECT_THAT(error_of([&] { read_out(write_parquet(folder_, "y.parquet", {{{"question", "q"}}})); }),
              HasSubstr("no column \"source_type\""));
}

// A tokenizer without control tokens: nothing is added before or after the template, and the loss starts at
// the assistant's words.
TEST(S1, PrepareAddsNothingToTheTemplate) {
  const ScratchFolder folder;
  json rows;
  for (int i = 0; i < 200; ++i)
    rows.push_back(changed(kRow, {{"question", fmt::format("What is {} + 1?", i)}}));
  PrepareOptions options;
  options.dataset = "s1";
  options.source.from = folder.write("x.jsonl", lines_of(rows));
  options.out = folder.path() / "store";
  options.tokenizer = "train:400";
  const auto made = prepare(options);
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("the tokenizer has no <|im_start|>")));
  const Store store(options.out);
  const auto tokenizer = store.tokenizer();
  const auto tokens = store.tokens(5);
  const auto from = static_cast<size_t>(store.loss_from(5));
  EXPECT_EQ(tokenizer->decode(tokens.subspan(0, from)), kHead + "What is 5 + 1?" + kMiddle);
  EXPECT_EQ(tokenizer->decode(tokens.subspan(from)),
            "<|im_start|>think\nFirst.\nThen.\n<|im_start|>answer\nAnswer: So \\boxed{2}<|im_end|>\n");
  EXPECT_NE(tokens.front(), tokenizer->bos_id());
  EXPECT_NE(tokens.back(), tokenizer->eos_id());
}

}  // namespace
}  // namespace rnb
