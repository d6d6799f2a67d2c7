// tokenizer.json in the forms of Qwen2, ModernBERT, CLIP, Llama 3 and others, against Hugging Face's
// `tokenizers` (tests/oracle/tokenizer_fixtures.py), and the files that rnb has no code for.

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/encoder_tokenizer.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::HasSubstr;

class SmallTokenizer : public testing::TestWithParam<const char*> {};

TEST_P(SmallTokenizer, GivesTheIdsOfHuggingFace) {
  const auto tokenizer = load_tokenizer(fixtures() / GetParam());
  for (int round = 0; round < 2; ++round)  // the second time from the words it kept
    for (const JsonRow& row : json_rows(GetParam())) {
      EXPECT_EQ(tokenizer->encode(row.text), row.ids) << testing::PrintToString(row.text);
      EXPECT_EQ(tokenizer->encode_with_specials(row.text), row.with_specials)
          << testing::PrintToString(row.text);
    }
}

TEST_P(SmallTokenizer, SavedFolderLoadsAsTheSameTokenizer) {
  const auto tokenizer = load_tokenizer(fixtures() / GetParam());
  const ScratchFolder folder;
  tokenizer->save(folder.path());
  const auto again = load_tokenizer(folder.path());
  EXPECT_EQ(again->digest(), tokenizer->digest());
  EXPECT_EQ(again->encode("The cat's 12 hats"), tokenizer->encode("The cat's 12 hats"));
}

INSTANTIATE_TEST_SUITE_P(TokenizerJson, SmallTokenizer,
                         testing::Values("qwen2_small", "modernbert_small", "clip_small", "llama3_small",
                                         "pcre_small", "spaced_small"),
                         [](const auto& chosen) { return std::string(chosen.param); });

TEST(TokenizerJson, DecodesToTheNormalisedText) {
  const auto qwen = load_tokenizer(fixtures() / "qwen2_small");
  const auto back = [](const Tokenizer& t, std::string_view text) {
    return t.decode(t.encode_with_specials(text));
  };
  EXPECT_EQ(back(*qwen, "e\u0301 \n x"), "\u00e9 \n x");
  EXPECT_EQ(back(*qwen, "<|im_start|>a<think>b"), "a<think>b");  // control tokens go, other added tokens stay
  EXPECT_EQ(back(*load_tokenizer(fixtures() / "clip_small"), "A  Photo\nof 2 CATS!"), "a photo of 2 cats !");
}

TEST(TokenizerJson, TheFolderNamesWhatStartsAndEndsAText) {
  const ScratchFolder folder;
  fs::copy(fixtures() / "qwen2_small", folder.path());
  const auto ends = [&](const char* config) {
    folder.write("tokenizer_config.json", config);
    const auto t = load_tokenizer(folder.path());
    return std::pair(t->bos_id(), t->eos_id());
  };
  EXPECT_EQ(load_tokenizer(folder.path())->eos_id(), 0);  // <|endoftext|>, by custom
  EXPECT_EQ(ends(R"({"bos_token": null, "eos_token": "<|im_end|>"})"), std::pair(-1, 2));
  EXPECT_EQ(ends(R"({"bos_token": {"content": "<|im_start|>"}, "eos_token": "<|endoftext|>"})"),
            std::pair(1, 0));
  EXPECT_EQ(ends(R"({"cls_token": "<|im_start|>", "sep_token": "<|im_end|>"})"), std::pair(1, 2));
}

TEST(TokenizerJson, GoesBeforeTheOlderFilesBesideIt) {
  const ScratchFolder folder;
  fs::copy(fixtures() / "gpt2_small", folder.path());
  fs::copy(fixtures() / "qwen2_small/tokenizer.json", folder.path() / "tokenizer.json");
  EXPECT_EQ(load_tokenizer(folder.path())->vocab_size(), 464);
}

// A tokenizer.json as transformers writes it for BERT, around the vocabulary of a vocab.txt.
nlohmann::json bert_json() {
  nlohmann::json vocabulary;
  std::istringstream lines(read_text_file(fixtures() / "wordpiece_small/vocab.txt"));
  for (std::string line; std::getline(lines, line);) vocabulary[line] = vocabulary.size();
  return {{"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", true},
            {"handle_chinese_chars", true},
            {"strip_accents", nullptr},
            {"lowercase", true}}},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"post_processor", nullptr},
          {"model",
           {{"type", "WordPiece"},
            {"unk_token", "[UNK]"},
            {"continuing_subword_prefix", "##"},
            {"max_input_chars_per_word", 100},
            {"vocab", vocabulary}}}};
}

TEST(TokenizerJson, HoldsBertsWordPieceToo) {
  const ScratchFolder folder;
  folder.write("tokenizer.json", bert_json().dump());
  const auto tokenizer = load_tokenizer(folder.path()),
             plain = load_tokenizer(fixtures() / "wordpiece_small");
  EXPECT_EQ(tokenizer->digest(), plain->digest());
  for (const ReferenceRow& row : reference_rows("wordpiece_small"))
    EXPECT_EQ(tokenizer->encode(row.text), row.ids);
  EXPECT_EQ(load_encoder_tokenizer(folder.path())->encode("the hat", 9).front(), plain->bos_id());
}

TEST(TokenizerJson, RefusesAWordPieceOfAnotherForm) {
  const auto refused = [](const char* component, const char* key, const nlohmann::json& value) {
    const ScratchFolder folder;
    auto json = bert_json();
    json[component][key] = value;
    folder.write("tokenizer.json", json.dump());
    EXPECT_THROW(load_tokenizer(folder.path()), Error) << component << key;
  };
  refused("normalizer", "lowercase", false);
  refused("normalizer", "strip_accents", false);
  refused("normalizer", "type", "NFC");
  refused("pre_tokenizer", "type", "Whitespace");
  refused("model", "continuing_subword_prefix", "@@");
  refused("model", "max_input_chars_per_word", 50);
  refused("model", "vocab", {{"[UNK]", 1}});
}

TEST(EncoderTokenizer, PutsTheTemplatesTokensAroundATextAndKeepsThemWhenItCuts) {
  const auto tokenizer = load_encoder_tokenizer(fixtures() / "modernbert_small");
  const auto bare =
      load_tokenizer(fixtures() / "modernbert_small")->encode_with_specials("the hat[SEP] [MASK]");
  std::vector<int32_t> expected{1};
  expected.insert(expected.end(), bare.begin(), bare.end());
  expected.push_back(2);
  EXPECT_EQ(tokenizer->encode("the hat[SEP] [MASK]", 100), expected);
  EXPECT_THAT(tokenizer->encode("the hat", 3), ElementsAre(1, bare[0], 2));
  EXPECT_THAT(tokenizer->encode("", 3), ElementsAre(1, 2));
  EXPECT_EQ(tokenizer->pad_id(), 3);
}

// A copy of a small tokenizer.json with one thing changed.
class RefusedJson : public testing::Test {
 protected:
  void SetUp() override { json_ = read_json_file(fixtures() / "qwen2_small/tokenizer.json"); }
  void expect_refusal(const std::string& words) {
    folder_.write("tokenizer.json", json_.dump());
    EXPECT_THAT([&] { load_tokenizer(folder_.path()); }, testing::ThrowsMessage<Error>(HasSubstr(words)));
  }
  nlohmann::json json_;
  ScratchFolder folder_;
};

TEST_F(RefusedJson, AModelThatIsNotBpeIsNamed) {
  json_["model"] = {{"type", "Unigram"}, {"vocab", nlohmann::json::array()}};
  expect_refusal("model 'Unigram'");
  json_["model"]["type"] = "WordLevel";
  expect_refusal("WordLevel");
}

TEST_F(RefusedJson, AComponentThatThereIsNoCodeForIsNamed) {
  const auto good = json_;
  json_["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", ""}};
  expect_refusal("normalizer: 'Precompiled'");
  json_ = good;
  json_["pre_tokenizer"] = {{"type", "Metaspace"}};
  expect_refusal("pre_tokenizer: 'Metaspace'");
  json_["pre_tokenizer"] = nullptr;
  expect_refusal("without ByteLevel");
  json_ = good;
  json_["pre_tokenizer"]["pretokenizers"][0]["behavior"] = "MergedWithNext";
  expect_refusal("MergedWithNext");
  json_["pre_tokenizer"]["pretokenizers"][0] = good["pre_tokenizer"]["pretokenizers"][0];
  json_["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(a";
  expect_refusal("'(a' is not understood");
  json_ = good;
  json_["post_processor"] = {{"type", "Shuffle"}};
  expect_refusal("post_processor: 'Shuffle'");
  json_ = good;
  json_["model"]["dropout"] = 0.1;
  expect_refusal("dropout");
  json_ = good;
  json_["model"]["continuing_subword_prefix"] = "##";
  expect_refusal("continuing_subword_prefix");
}

TEST_F(RefusedJson, PartsThatDoNotFitAreSaid) {
  const auto good = json_;
  json_["model"]["merges"].push_back({"zz", "qq"});
  expect_refusal("'zz' + 'qq'");
  json_ = good;
  json_["added_tokens"][0]["id"] = 5;
  expect_refusal("<|endoftext|>");
  json_ = good;
  json_["model"]["vocab"]["x y z"] = 1'000'000'000;
  expect_refusal("1000000000");
  json_ = good;
  json_["model"]["vocab"].erase("a");
  json_["model"]["merges"] = nlohmann::json::array();
  expect_refusal("byte 97");
  json_ = good;
  json_["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 2}}, {"cls", {"[CLS]", 1}}};
  expect_refusal("'[CLS]' is not in the vocabulary");
}

TEST_F(RefusedJson, APatternThatNeverEndsIsAnErrorNotAWait) {
  json_["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(a+)+$";
  folder_.write("tokenizer.json", json_.dump());
  const auto tokenizer = load_tokenizer(folder_.path());
  EXPECT_THROW(tokenizer->encode(std::string(200, 'a') + "b"), Error);
}

}  // namespace
}  // namespace rnb
