// Parity with transformers (language_model_parity.h), and configurations that cannot be meant.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"
#include "tests/models/model_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kShapes = kModelFixtures / "qwen2";

// grouped: 6 heads on 2, tied. wide_heads: heads wider than width / heads, untied. sliding: a window of 7.
TEST(Qwen2, ComputesWhatTransformersComputes) {
  for (const char* shape : {"grouped", "wide_heads", "sliding"}) expect_parity(kShapes / shape);
}

TEST(LiveQwen2, ComputesWhatTransformersComputesOnNewRandomModels) {
  expect_live_parity("qwen2", 123);
}

TEST(LiveQwen2, IsReadBackByTransformersWithTheSameLogits) {
  const ScratchFolder scratch;
  expect_read_back(*make_language_model("qwen2-pico", 64, 0, 7, torch::kCPU), scratch.path() / "named");
  for (const char* shape : {"grouped", "wide_heads", "sliding"})
    expect_read_back(*make_language_model((kShapes / shape).string(), 0, 0, 0, torch::kCPU),
                     scratch.path() / shape);
}

TEST(Qwen2, TrackedGradientsAddUpToTheParametersGradients) {
  expect_tracked_gradients_add_up("qwen2-pico");
}

TEST(Qwen2, RecomputedActivationsChangeNoBit) {
  expect_recomputed_is_equal("qwen2-pico");
}

TEST(Qwen2, LinearLayersAreNamedInForwardOrder) {
  const auto names = make_language_model("qwen2-pico", 64, 0, 1, torch::kCPU)->linear_names();
  ASSERT_EQ(names.size(), 2U * 7 + 1);
  EXPECT_EQ(names.front(), "model.layers.0.self_attn.q_proj");
  EXPECT_EQ(names[13], "model.layers.1.mlp.down_proj");
  EXPECT_EQ(names.back(), "lm_head");
}

TEST(Qwen2, TrainsAfterAnEvaluationOfLongerTexts) {
  const auto model = make_language_model("qwen2-pico", 64, 0, 1, torch::kCPU);
  {
    const torch::InferenceMode inference;
    model->hidden(torch::zeros({1, 30}, torch::kInt64));
  }
  next_token_loss(*model, torch::zeros({1, 10}, torch::kInt64)).backward();
}

TEST(Qwen2, LoadsHalfPrecisionShardsWithoutPrefix) {
  const TensorMap saved = load_safetensors(kShapes / "wide_heads");
  const ScratchFolder scratch;
  fs::copy(kShapes / "wide_heads/config.json", scratch.path() / "config.json");
  TensorMap shards[2];
  nlohmann::json map;
  for (const auto& [name, tensor] : saved) {
    const size_t s = map.size() % 2;
    const std::string bare = name.starts_with("model.") ? name.substr(6) : name;
    shards[s][bare] = tensor.to(torch::kBFloat16);
    map[bare] = s == 0 ? "a.safetensors" : "b.safetensors";
  }
  save_safetensors(scratch.path() / "a.safetensors", shards[0]);
  save_safetensors(scratch.path() / "b.safetensors", shards[1]);
  scratch.write("model.safetensors.index.json", nlohmann::json{{"weight_map", map}}.dump());
  const auto model = make_language_model(scratch.path().string(), 0, 0, 0, torch::kCPU);
  expect_bfloat16_of(saved, *model);
}

TEST(Qwen2, NamesTensorsThatAreMissingOrSurplus) {
  const ModelFolder folder(kShapes / "grouped");
  const auto load = [&](const TensorMap& tensors) {
    folder.write(tensors);
    folder.load();
  };
  TensorMap bad = folder.tensors();
  bad["lm_head.weight"] = bad.at("model.embed_tokens.weight");
  EXPECT_NO_THROW(load(bad));  // tied, and stored all the same
  bad.erase("model.layers.1.self_attn.k_proj.bias");
  EXPECT_THAT([&] { load(bad); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("k_proj.bias is missing")));
  bad = folder.tensors();
  bad["model.layers.1.self_attn.q_norm.weight"] = torch::ones({4});  // Qwen3's
  EXPECT_THAT([&] { load(bad); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("q_norm.weight is not part")));
}

TEST(Qwen2, ReadsWhatOlderFilesWrite) {
  const ModelFolder folder(kShapes / "grouped");
  auto old = folder.config();
  for (const char* key : {"rope_parameters", "layer_types", "head_dim"}) old.erase(key);
  old["rope_theta"] = 1e6;
  old["sliding_window"] = 131072;
  old["use_sliding_window"] = false;
  old["max_window_layers"] = 2;
  folder.write(old);
  EXPECT_EQ(folder.shapes()->config().at("rope_theta"), 1e6);
  EXPECT_EQ(folder.shapes()->block_shape().query, 6 * 4);
  EXPECT_EQ(folder.shapes()->block_shape().windows, (std::vector<int64_t>{0, 0, 0}));
  old["use_sliding_window"] = true;
  folder.write(old);
  EXPECT_EQ(folder.shapes()->block_shape().windows, (std::vector<int64_t>{0, 0, 131072}));
  folder.configure("num_key_value_heads", nullptr);
  EXPECT_EQ(folder.shapes()->config().at("num_key_value_heads"), 6);
}

TEST(Qwen2, RefusesWhatCannotBeMeantOrIsNotComputed) {
  const ModelFolder folder(kShapes / "grouped");
  const std::vector<std::pair<const char*, nlohmann::json>> bad = {
      {"vocab_size", 0},
      {"hidden_size", "x"},
      {"hidden_size", 25},
      {"num_key_value_heads", 4},
      {"num_hidden_layers", 1 << 30},
      {"head_dim", 5},
      {"head_dim", 1 << 24},
      {"rms_norm_eps", -1},
      {"hidden_act", "gelu"},
      {"attention_dropout", 0.1},
      {"rope_scaling", {{"type", "yarn"}, {"factor", 4.0}}},
      {"rope_parameters", {{"rope_type", "linear"}, {"factor", 2.0}}},
      {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", -1.0}}},
      {"rope_parameters", {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}}},
      {"rope_parameters", 7},
      {"layer_types", {"full_attention"}},
      {"layer_types", {"full_attention", "linear_attention", "full_attention"}},
      {"layer_types", {"full_attention", "sliding_attention", "full_attention"}},
      {"tie_word_embeddings", "no"}};
  for (const auto& [key, value] : bad) {
    folder.configure(key, value);
    EXPECT_THROW(folder.shapes(), Error) << key << " " << value;
  }
}

}  // namespace
}  // namespace rnb
