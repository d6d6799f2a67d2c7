#include "models/sentence_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class SentenceFolder : public testing::Test {
 protected:
  void SetUp() override {
    write("modules.json",
          R"([{"type": "sentence_transformers.models.Transformer", "path": ""},
              {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}])");
    write("1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})");
  }
  void write(const char* name, const char* text) const { scratch_.write(name, text); }
  void expect_refusal(const std::string& words) {
    EXPECT_THAT([&] { read_sentence_folder(folder_, 512); },
                testing::ThrowsMessage<Error>(testing::HasSubstr(words)));
  }

  ScratchFolder scratch_;
  fs::path folder_ = scratch_.path();
};

TEST_F(SentenceFolder, LengthIsItsOwnLimitElse512ButNeverMoreThanThePositions) {
  EXPECT_EQ(read_sentence_folder(folder_, 1024), 512);
  EXPECT_EQ(read_sentence_folder(folder_, 128), 128);
  write("sentence_bert_config.json", R"({"max_seq_length": 256})");
  EXPECT_EQ(read_sentence_folder(folder_, 512), 256);
  EXPECT_EQ(read_sentence_folder(folder_, 128), 128);
  write("sentence_bert_config.json", R"({"max_seq_length": null})");
  EXPECT_EQ(read_sentence_folder(folder_, 512), 512);
}

TEST_F(SentenceFolder, NewerFoldersNameOnePoolingAndKeepTheLengthWithTheTokenizer) {
  write("1_Pooling/config.json", R"({"pooling_mode": "mean", "include_prompt": true})");
  write("tokenizer_config.json", R"({"model_max_length": 64})");
  EXPECT_EQ(read_sentence_folder(folder_, 512), 64);
  write("tokenizer_config.json", R"({"model_max_length": 1000000000000000019884624838656})");
  EXPECT_EQ(read_sentence_folder(folder_, 8192), 512);
  EXPECT_EQ(read_sentence_folder(folder_, 8192, 8192), 8192);
  write("1_Pooling/config.json", R"({"pooling_mode": "cls"})");
  expect_refusal("pooling_mode 'cls'");
}

TEST_F(SentenceFolder, RefusesALengthThatHoldsNoToken) {
  for (const char* text :
       {R"({"max_seq_length": 2})", R"({"max_seq_length": -1})", R"({"max_seq_length": "x"})"}) {
    write("sentence_bert_config.json", text);
    expect_refusal("max_seq_length");
  }
}

TEST_F(SentenceFolder, RefusesPoolingOtherThanTheMean) {
  write("1_Pooling/config.json", R"({"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true})");
  expect_refusal("pooling_mode_mean_tokens is false");
  write("1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true})");
  expect_refusal("pooling_mode_max_tokens is true");
}

TEST_F(SentenceFolder, RefusesModulesItDoesNotCompute) {
  write("modules.json", R"([{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}])");
  expect_refusal("Dense");
  write("modules.json", R"([{"type": "sentence_transformers.models.Transformer", "path": ""}])");
  expect_refusal("no Pooling");
  write("modules.json", R"({})");
  expect_refusal("list");
  write("modules.json", R"([{"type": "Pooling", "path": "../elsewhere"}])");
  expect_refusal("out of the folder");
}

TEST_F(SentenceFolder, RefusesACasedTokenizer) {
  write("tokenizer_config.json", R"({"do_lower_case": false})");
  expect_refusal("do_lower_case");
}

TEST_F(SentenceFolder, APlainFolderIsPooledToo) {
  fs::remove(folder_ / "modules.json");
  fs::remove_all(folder_ / "1_Pooling");
  EXPECT_EQ(read_sentence_folder(folder_, 512), 512);
}

}  // namespace
}  // namespace rnb
