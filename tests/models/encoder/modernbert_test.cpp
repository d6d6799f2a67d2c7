// Parity with transformers and sentence-transformers (tests/oracle/bert_fixtures.py), and folders that cannot
// be meant.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "models/safetensors.h"
#include "models/sentence_folder.h"
#include "models/text_encoder.h"
#include "tests/base/fuzz.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/encoder/parity.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kModernBerts = kEncoderFixtures / "modernbert";

// A copy of a small model whose files a test may spoil.
class ModernBert : public testing::Test {
 protected:
  void SetUp() override {
    fs::copy(kModernBerts / "alternating", scratch_.path(), fs::copy_options::recursive);
  }
  nlohmann::json config() const { return read_json_file(kModernBerts / "alternating/config.json"); }
  void write(const nlohmann::json& json) const { scratch_.write("config.json", json.dump()); }
  void expect_refusal(const char* key, const nlohmann::json& value, const std::string& words) const {
    auto json = config();
    json[key] = value;
    write(json);
    EXPECT_THAT([&] { load_text_encoder(scratch_.path()); },
                testing::ThrowsMessage<Error>(testing::HasSubstr(words)));
  }
  ScratchFolder scratch_;
};

// every_second has biases everywhere and other rotary bases.
TEST_F(ModernBert, EncodesAsTransformers) {
  for (const char* kind : {"alternating", "every_second"}) expect_encoder_parity(kModernBerts / kind);
}

TEST_F(ModernBert, TextsAndPromptsEmbedAsInSentenceTransformers) {
  expect_prompted_parity(kModernBerts / "prompted");
}

TEST_F(ModernBert, OlderConfigurationsSayTheSame) {
  auto json = config();
  for (const char* key : {"layer_types", "rope_parameters"}) json.erase(key);
  json["global_attn_every_n_layers"] = 3;
  json["global_rope_theta"] = 160000.0;
  json["local_rope_theta"] = 10000.0;
  write(json);
  expect_encoder_parity(scratch_.path());
}

TEST_F(ModernBert, ReadsNamesUnderTheirModelsPrefix) {
  TensorMap renamed;
  for (const auto& [name, tensor] : load_safetensors(scratch_.path())) renamed["model." + name] = tensor;
  save_safetensors(scratch_.path() / "model.safetensors", renamed);
  expect_encoder_parity(scratch_.path());
}

// Also where a row is so short that padding at its far end has nothing near it but padding.
TEST_F(ModernBert, PaddingChangesNothing) {
  const auto encoder = load_text_encoder(scratch_.path());
  const auto ids = torch::arange(30).view({1, 30}).remainder(53);
  auto mask = torch::zeros({1, 30}, torch::kInt64);
  mask.slice(1, 0, 4).fill_(1);
  const auto alone = encoder->encode(ids.slice(1, 0, 4), torch::ones({1, 4}, torch::kInt64));
  EXPECT_LT((encoder->encode(ids, mask) - alone).abs().max().item<double>(), 1e-6);
}

TEST_F(ModernBert, RefusesWhatItDoesNotCompute) {
  expect_refusal("hidden_activation", "silu", "hidden_activation 'silu'");
  expect_refusal("rope_scaling", {{"type", "yarn"}}, "rope_scaling");
  expect_refusal("rope_parameters", {{"full_attention", {{"rope_type", "yarn"}}}}, "rope_type 'yarn'");
  expect_refusal("layer_types", {"full_attention"}, "1 layer_types");
  expect_refusal("layer_types", {"sparse"}, "'sparse'");
  expect_refusal("num_attention_heads", 5, "heads of an even width");
  expect_refusal("num_attention_heads", 24, "heads of an even width");
  expect_refusal("intermediate_size", 21, "layers.0.mlp.Wi.weight has shape [40, 24]");
  expect_refusal("num_hidden_layers", -1, "num_hidden_layers");
}

TEST(Fuzz, ModernBertConfig) {
  const ScratchFolder folder;
  fs::copy(kModernBerts / "alternating", folder.path());
  const std::string good = read_text_file(folder.path() / "config.json");
  const auto ids = torch::ones({1, 9}, torch::kInt64);
  int read = 0;
  fuzz("modernbert_config", 200, [&](Rng& rng) {
    folder.write("config.json", damaged(good, rng));
    read += accepted([&] { load_text_encoder(folder.path())->encode(ids, ids); });
  });
  EXPECT_GT(read, 0);
}

TEST(Prompts, AreChosenByNameThenPreferenceThenDefault) {
  const ScratchFolder folder;
  EXPECT_EQ(read_prompt(folder.path(), "", "clustering"), "");
  folder.write(
      "config_sentence_transformers.json",
      R"({"prompts": {"clustering": "cluster: ", "query": "q: ", "none": null}, "default_prompt_name": "query"})");
  EXPECT_EQ(read_prompt(folder.path(), "", "clustering"), "cluster: ");
  EXPECT_EQ(read_prompt(folder.path(), ""), "q: ");
  EXPECT_EQ(read_prompt(folder.path(), "", "other"), "q: ");
  EXPECT_EQ(read_prompt(folder.path(), "none"), "");
  EXPECT_THAT([&] { read_prompt(folder.path(), "document"); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("clustering, none, query")));
  for (const char* bad :
       {R"({"prompts": []})", R"({"prompts": {"query": 3}, "default_prompt_name": "query"})",
        R"({"default_prompt_name": 1})", "[]", "{"}) {
    folder.write("config_sentence_transformers.json", bad);
    EXPECT_THROW(read_prompt(folder.path(), ""), Error) << bad;
  }
}

}  // namespace
}  // namespace rnb
