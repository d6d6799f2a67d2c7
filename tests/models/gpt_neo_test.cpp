// Parity with transformers: models that it made and saved (tests/oracle/language_model_fixtures.py), and what
// it computed from them. The live tests (label slow: they start Python) make new random ones when the oracle
// environment is installed.

#include "models/gpt_neo.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

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
  const fs::path fixture = RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain";
  const auto config = read_gpt_neo_config(fixture / "config.json");
  const TensorMap good = load_safetensors(fixture);
  const auto message = [&](const TensorMap& tensors) -> std::string {
    try {
      GptNeo(config, 32, tensors, "here", torch::kCPU);
      return "accepted";
    } catch (const Error& e) {
      return e.what();
    }
  };
  EXPECT_EQ(message(good), "accepted");
  TensorMap bad = good;
  bad.erase("transformer.h.1.mlp.c_fc.bias");
  EXPECT_NE(message(bad).find("transformer.h.1.mlp.c_fc.bias is missing"), std::string::npos);
  bad = good;
  bad["transformer.h.9.ln_1.bias"] = torch::zeros({16});
  EXPECT_NE(message(bad).find("transformer.h.9.ln_1.bias"), std::string::npos);
  bad = good;
  bad["transformer.wpe.weight"] = torch::zeros({31, 16});
  EXPECT_NE(message(bad).find("transformer.wpe.weight has shape [31, 16]"), std::string::npos);
}

TEST(GptNeo, RefusesConfigurationsThatCannotBeMeant) {
  const auto good = read_json_file(RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain/config.json");
  const fs::path file = fs::path(testing::TempDir()) / "gpt_neo_config.json";
  const auto with = [&](const char* key, const nlohmann::json& value) {
    auto config = good;
    config[key] = value;
    std::ofstream(file) << config;
    return read_gpt_neo_config(file);
  };
  EXPECT_EQ(with("window_size", nullptr).window, 256);
  EXPECT_EQ(with("attention_layers", nullptr).local, (std::vector<bool>{false, true}));
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
  for (const auto& [key, value] : bad) EXPECT_THROW(with(key, value), Error) << key << " " << value;
  auto types = good;
  types.erase("attention_layers");
  for (const char* text : {"7", "[]", "[[[\"global\"]]]", "[[[], 4]]", "[[[\"global\", \"local\"], -1]]"}) {
    types["attention_types"] = nlohmann::json::parse(text);
    std::ofstream(file) << types;
    EXPECT_THROW(read_gpt_neo_config(file), Error) << text;
  }
}

TEST(GptNeo, LoadsHalfPrecisionWithoutPrefixBesideCausalMasks) {
  const fs::path fixture = RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain";
  const TensorMap saved = load_safetensors(fixture);
  TensorMap old;
  for (const auto& [name, tensor] : saved)
    old[name.substr(std::string("transformer.").size())] = tensor.to(torch::kBFloat16);
  old["h.0.attn.attention.bias"] = torch::ones({1, 1, 32, 32}, torch::kBool).tril();
  old["h.0.attn.attention.masked_bias"] = torch::tensor(-1e9F);
  const GptNeo model(read_gpt_neo_config(fixture / "config.json"), 32, old, "here", torch::kCPU);
  ASSERT_EQ(model.parameters().size(), saved.size());
  for (const NamedParameter& p : model.parameters()) {
    EXPECT_EQ(p.tensor.scalar_type(), torch::kFloat32) << p.name;
    EXPECT_TRUE(torch::equal(p.tensor, saved.at(p.name).to(torch::kBFloat16).to(torch::kFloat32))) << p.name;
  }
}

}  // namespace
}  // namespace rnb
