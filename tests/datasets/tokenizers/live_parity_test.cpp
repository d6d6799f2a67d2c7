// All of Dolly, samples of the other texts, every code point and made-up hard texts, against Hugging Face's
// `tokenizers` run live.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "datasets/tokenizer.h"
#include "tests/datasets/tokenizers/hard_texts.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;

const fs::path kPython = fs::path(RNB_SOURCE_DIR) / ".venv-oracle/bin/python";

std::vector<std::string> dolly_texts(const fs::path& folder) {
  std::ifstream in(folder / "databricks-dolly-15k.jsonl");
  std::vector<std::string> texts;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    for (const char* field : {"instruction", "context", "response"}) texts.push_back(row.at(field));
  }
  return texts;
}

// Every string of each line, or of the first `most` of a list's entries.
void collect(const nlohmann::json& json, size_t most, std::vector<std::string>& texts) {
  if (json.is_string()) texts.push_back(json);
  if (json.is_object())
    for (const auto& [key, value] : json.items()) collect(value, most, texts);
  if (json.is_array())
    for (size_t i = 0; i < std::min(most, json.size()); ++i) collect(json[i], most, texts);
}

std::vector<std::string> s1_texts(const fs::path& folder) {
  std::ifstream in(folder / "train.jsonl");
  std::vector<std::string> texts;
  for (std::string line; std::getline(in, line);) collect(nlohmann::json::parse(line), 100, texts);
  return texts;
}

std::vector<std::string> task_texts(const fs::path& folder) {
  std::vector<std::string> texts;
  for (const auto& task : fs::directory_iterator(folder / "tasks"))
    collect(nlohmann::json::parse(std::ifstream(task.path()), nullptr, /*allow_exceptions=*/false), 40,
            texts);
  return texts;
}

void expect_parity(const std::string& kind, const fs::path& tokenizer_folder,
                   const std::vector<std::string>& texts) {
  const TemporaryFolder out;
  std::ofstream(out.path() / "texts.json") << nlohmann::json(texts);
  const std::string command = "'" + kPython.string() +
                              "' '" RNB_SOURCE_DIR "/tests/oracle/tokenizer_fixtures.py' ids " + kind + " '" +
                              tokenizer_folder.string() + "' '" + (out.path() / "texts.json").string() +
                              "' '" + out.path().string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const NpyArray ids_file(out.path() / "ids.npy"), offsets_file(out.path() / "offsets.npy");
  const auto ids = ids_file.values<int32_t>();
  const auto offsets = offsets_file.values<int64_t>();
  ASSERT_EQ(offsets.size(), texts.size() + 1);
  const auto tokenizer = load_tokenizer(tokenizer_folder);
  for (size_t i = 0; i < texts.size() && !testing::Test::HasFailure(); ++i) {
    const auto begin = static_cast<size_t>(offsets[i]), end = static_cast<size_t>(offsets[i + 1]);
    const std::vector<int32_t> expected(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                        ids.begin() + static_cast<std::ptrdiff_t>(end));
    const bool specials = kind.ends_with("+specials");
    EXPECT_TRUE((specials ? tokenizer->encode_with_specials(texts[i]) : tokenizer->encode(texts[i])) ==
                expected)
        << testing::PrintToString(texts[i].substr(0, 300));
    EXPECT_TRUE(kind != "gpt2" || tokenizer->decode(expected) == texts[i]);
  }
}

class LiveParity : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("RNB_DATA_DIR")) GTEST_SKIP() << "RNB_DATA_DIR is not set";
    if (!fs::exists(kPython)) GTEST_SKIP() << kPython << " is missing: scripts/setup.sh --oracle makes it";
  }
  fs::path tokenizer(const std::string& name) {
    return *unpacked(folder_, "tokenizers.tar.xz", "tokenizers/" + name);
  }
  std::vector<std::string> dolly() {
    return dolly_texts(*unpacked(folder_, "dolly-15k.tar.xz", "dolly-15k"));
  }
  std::vector<std::string> s1() {
    return s1_texts(*unpacked(folder_, "s1-like-open.tar.xz", "s1-like-open"));
  }
  std::vector<std::string> tasks() {
    const std::string name = "super-natural-instructions";
    return task_texts(*unpacked(folder_, name + ".tar.xz", name));
  }
  TemporaryFolder folder_;
};

TEST_F(LiveParity, Gpt2OnDolly) {
  expect_parity("gpt2", tokenizer("gpt2"), dolly());
}
TEST_F(LiveParity, WordPieceOnDolly) {
  expect_parity("wordpiece", tokenizer("bert-uncased"), dolly());
}
TEST_F(LiveParity, Gpt2OnEveryCodePoint) {
  expect_parity("gpt2", tokenizer("gpt2"), every_code_point());
}
TEST_F(LiveParity, Gpt2OnHardTexts) {
  expect_parity("gpt2", tokenizer("gpt2"), hard_texts(1, 20'000));
}
TEST_F(LiveParity, QwenOnDolly) {
  expect_parity("json+specials", tokenizer("qwen"), dolly());
}
TEST_F(LiveParity, QwenOnS1) {
  expect_parity("json", tokenizer("qwen"), s1());
}
TEST_F(LiveParity, QwenOnNaturalInstructions) {
  expect_parity("json", tokenizer("qwen"), tasks());
}
TEST_F(LiveParity, QwenOnEveryCodePoint) {
  expect_parity("json", tokenizer("qwen"), every_code_point());
}
TEST_F(LiveParity, QwenOnHardTexts) {
  expect_parity("json", tokenizer("qwen"), hard_texts(2, 20'000));
  expect_parity("json+specials", tokenizer("qwen"), hard_texts(3, 20'000));
}
TEST_F(LiveParity, ClipOnDolly) {
  expect_parity("clip+specials", tokenizer("clip"), dolly());
}
TEST_F(LiveParity, ClipOnNaturalInstructions) {
  expect_parity("clip", tokenizer("clip"), tasks());
}
TEST_F(LiveParity, ClipOnEveryCodePoint) {
  expect_parity("clip", tokenizer("clip"), every_code_point());
}
TEST_F(LiveParity, ClipOnHardTexts) {
  expect_parity("clip", tokenizer("clip"), hard_texts(4, 20'000));
  expect_parity("clip+specials", tokenizer("clip"), hard_texts(5, 20'000));
}
TEST_F(LiveParity, ModernBertsFormOnHardTexts) {
  expect_parity("json+specials", fixtures() / "modernbert_small", hard_texts(6, 20'000));
  expect_parity("json", fixtures() / "modernbert_small", dolly());
}

}  // namespace
}  // namespace rnb
