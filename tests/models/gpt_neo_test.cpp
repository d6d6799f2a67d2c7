// Parity with transformers: models that it made and saved (tests/oracle/language_model_fixtures.py), and what
// it computed from them. The live tests (label slow: they start Python) make new random ones when the oracle
// environment is installed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"
#include "tests/models/model_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kPlain = kModelFixtures / "gpt_neo/plain";

TEST(GptNeo, ComputesWhatTransformersComputes) {
  for (const char* shape : {"windowed", "plain"}) expect_parity(kModelFixtures / "gpt_neo" / shape);
}

TEST(LiveGptNeo, ComputesWhatTransformersComputesOnNewRandomModels) {
  expect_live_parity("gpt_neo", 123);
}

TEST(LiveGptNeo, IsReadBackByTransformersWithTheSameLogits) {
  const ScratchFolder scratch;
  expect_read_back(*make_language_model("pico", 64, 0, 7, torch::kCPU), scratch.path() / "saved");
}

TEST(GptNeo, TrackedGradientsAddUpToTheParametersGradients) {
  expect_tracked_gradients_add_up("pico");
}

TEST(GptNeo, RecomputedActivationsChangeNoBit) {
  expect_recomputed_is_equal("pico");
}

TEST(GptNeo, NamesTensorsThatAreMissingSurplusOrWronglyShaped) {
  const ModelFolder folder(kPlain);
  EXPECT_NO_THROW(folder.load());
  const auto expect_refusal = [&](const TensorMap& tensors, const char* words) {
    folder.write(tensors);
    EXPECT_THAT([&] { folder.load(); }, testing::ThrowsMessage<Error>(testing::HasSubstr(words)));
  };
  TensorMap bad = folder.tensors();
  bad.erase("transformer.h.1.mlp.c_fc.bias");
  expect_refusal(bad, "transformer.h.1.mlp.c_fc.bias is missing");
  bad = folder.tensors();
  bad["transformer.h.9.ln_1.bias"] = torch::zeros({16});
  expect_refusal(bad, "transformer.h.9.ln_1.bias is not part of this model");
  bad = folder.tensors();
  bad["transformer.wpe.weight"] = torch::zeros({31, 16});
  expect_refusal(bad, "transformer.wpe.weight has shape [31, 16]");
}

TEST(GptNeo, FillsInWhatConfigurationsLeaveOut) {
  const ModelFolder folder(kPlain);
  folder.configure("window_size", nullptr);
  EXPECT_EQ(folder.shapes()->config().at("window_size"), 256);
  folder.configure("attention_layers", nullptr);  // older files have attention_types alone
  EXPECT_EQ(folder.shapes()->config().at("attention_layers"), nlohmann::json({"global", "local"}));
}

TEST(GptNeo, RefusesConfigurationsThatCannotBeMeant) {
  const ModelFolder folder(kPlain);
  const std::vector<std::pair<const char*, nlohmann::json>> bad = {
      {"vocab_size", 0},
      {"hidden_size", "x"},
      {"num_heads", 3},
      {"num_layers", 1 << 30},
      {"window_size", "wide"},
      {"window_size", 0},
      {"window_size", -1},
      {"layer_norm_epsilon", ""},
      {"layer_norm_epsilon", -1},
      {"activation_function", "relu"},
      {"activation_function", 3},
      {"tie_word_embeddings", false},
      {"tie_word_embeddings", "no"},
      {"attention_layers", {"global"}},
      {"attention_layers", {"global", "sideways"}}};
  for (const auto& [key, value] : bad) {
    folder.configure(key, value);
    EXPECT_THROW(folder.shapes(), Error) << key << " " << value;
  }
  auto types = folder.config();
  types.erase("attention_layers");
  for (const char* text : {"7", "[]", "[[[\"global\"]]]", "[[[], 4]]", "[[[\"global\", \"local\"], -1]]"}) {
    types["attention_types"] = nlohmann::json::parse(text);
    folder.write(types);
    EXPECT_THROW(folder.shapes(), Error) << text;
  }
}

TEST(GptNeo, LoadsHalfPrecisionWithoutPrefixBesideCausalMasks) {
  const ModelFolder folder(kPlain);
  TensorMap old;
  for (const auto& [name, tensor] : folder.tensors())
    old[name.substr(std::string("transformer.").size())] = tensor.to(torch::kBFloat16);
  old["h.0.attn.attention.bias"] = torch::ones({1, 1, 32, 32}, torch::kBool).tril();
  old["h.0.attn.attention.masked_bias"] = torch::tensor(-1e9F);
  folder.write(old);
  expect_bfloat16_of(folder.tensors(), *folder.load());
}

}  // namespace
}  // namespace rnb
