// All of Dolly and every code point, against Hugging Face's `tokenizers` run live.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/code_points.h"
#include "reference_data.h"

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

// Planes 0 to 3 up to the last assigned block, tags and variation selectors, and the last code point.
bool worth_a_look(int32_t code) {
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return !surrogate && (code < 0x33500 || (code >= 0xE0000 && code < 0xE0200) || code == 0x10FFFF);
}

std::vector<std::string> code_point_texts() {
  std::vector<std::string> texts;
  std::string text;
  for (int32_t code = 0; code <= 0x10FFFF; ++code) {
    if (!worth_a_look(code)) continue;
    for (const char* before : {"a", "1", "!", " ", "\n"}) {  // one word with it, or not: shows its class
      text += before;
      append_code_point(text, code);
    }
    if (text.size() < 8000 && code < 0x10FFFF) continue;
    texts.push_back(text);
    text.clear();
  }
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
    EXPECT_TRUE(tokenizer->encode(texts[i]) == expected) << testing::PrintToString(texts[i].substr(0, 300));
    EXPECT_TRUE(kind != "gpt2" || tokenizer->decode(expected) == texts[i]);
  }
}

class LiveParity : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("RNB_DATA_DIR")) GTEST_SKIP() << "RNB_DATA_DIR is not set";
    if (!fs::exists(kPython)) GTEST_SKIP() << kPython << " is missing: scripts/setup.sh --oracle makes it";
    gpt2_ = *unpacked(folder_, "tokenizers.tar.xz", "tokenizers/gpt2");
    bert_ = *unpacked(folder_, "tokenizers.tar.xz", "tokenizers/bert-uncased");
  }
  TemporaryFolder folder_;
  fs::path gpt2_, bert_;
};

TEST_F(LiveParity, Gpt2OnDolly) {
  expect_parity("gpt2", gpt2_, dolly_texts(*unpacked(folder_, "dolly-15k.tar.xz", "dolly-15k")));
}
TEST_F(LiveParity, WordPieceOnDolly) {
  expect_parity("wordpiece", bert_, dolly_texts(*unpacked(folder_, "dolly-15k.tar.xz", "dolly-15k")));
}
TEST_F(LiveParity, Gpt2OnEveryCodePoint) {
  expect_parity("gpt2", gpt2_, code_point_texts());
}

}  // namespace
}  // namespace rnb
