// Parity with transformers' CLIPModel: models that it made and saved (tests/oracle/clip_fixtures.py), and
// what it computed from them. The live tests (label slow: they start Python) make new random ones.

#include "models/clip.h"

#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "models/clip_eval.h"
#include "models/clip_sizes.h"
#include "models/contrastive_head.h"
#include "tests/base/fuzz.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/oracle.h"
#include "tests/models/tensor_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kFixtures = RNB_SOURCE_DIR "/tests/models/clip/fixtures";
constexpr const char* kShapes[] = {"quick", "exact"};

void expect_parity(const fs::path& folder) {
  SCOPED_TRACE(folder.string());
  Clip model = make_clip(folder.string(), {}, 0, 0, torch::kCPU);
  const NpyArray ids(folder / "ids.npy"), pixels(folder / "pixels.npy");
  const ClipArrays made = eval_arrays(model, &ids, &pixels, torch::kCPU);
  EXPECT_LT((made.image_embeds - tensor_of<float>(folder / "image_embeds.npy")).abs().max().item<double>(),
            1e-4);
  EXPECT_LT((made.text_embeds - tensor_of<float>(folder / "text_embeds.npy")).abs().max().item<double>(),
            1e-4);
  const double expected = read_json_file(folder / "loss.json").at("loss").get<double>();
  ASSERT_TRUE(made.loss.has_value());
  EXPECT_NEAR(*made.loss, expected, 1e-5);

  const auto all_ids = tensor_of<int64_t>(folder / "ids.npy");
  const int64_t n = all_ids.size(0);
  const auto head = contrastive_head({model.image_features(tensor_of<float>(folder / "pixels.npy")),
                                      model.text_features(all_ids, model.ends_of(all_ids)),
                                      model.image_projection(), model.text_projection(), model.logit_scale()},
                                     torch::full({n}, 1.0 / static_cast<double>(n)), {{0, n}}, nullptr);
  EXPECT_NEAR(head.loss.item<double>(), expected, 1e-5);
  head.loss.backward();
  const auto gradients = load_safetensors(folder / "gradients.safetensors");
  EXPECT_EQ(gradients.size(), model.parameters().size());
  for (const NamedParameter& p : model.parameters()) {
    ASSERT_TRUE(gradients.contains(p.name)) << p.name;
    const auto& theirs = gradients.at(p.name);
    // The biases of keys have no gradient but rounding: a softmax does not see a shift.
    const double floor = p.name.ends_with("k_proj.bias") ? 1e-5 : 0;
    const double error = (p.tensor.grad() - theirs).norm().item<double>();
    EXPECT_LE(error, 1e-4 * theirs.norm().item<double>() + floor) << p.name;
  }
}

TEST(Clip, ComputesWhatTransformersComputes) {
  for (const char* shape : kShapes) expect_parity(kFixtures / shape);
}

TEST(LiveClip, ComputesWhatTransformersComputesOnNewRandomModels) {
  if (!oracle_is_installed()) GTEST_SKIP() << kNoOracle;
  const ScratchFolder scratch;
  ASSERT_TRUE(oracle_makes("clip_fixtures.py", scratch.path().string() + " 123"));
  for (const char* shape : kShapes) expect_parity(scratch.path() / shape);
}

TEST(LiveClip, IsReadBackByTransformersWithTheSameEmbeddings) {
  if (!oracle_is_installed()) GTEST_SKIP() << kNoOracle;
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "saved";
  Clip model = make_clip("clip-pico", {101, 100}, 0, 7, torch::kCPU);
  save_hugging_face(model, folder);
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 3 * 9; ++i) ids.push_back(i % 9 == 5 ? 100 : (i * 7 + 3) % 100);
  write_npy<int64_t>(folder / "ids.npy", ids, {3, 9});
  const auto pixels = torch::sin(torch::arange(3 * 3 * 32 * 32).to(torch::kFloat32)).contiguous();
  write_npy<float>(folder / "pixels.npy", {pixels.data_ptr<float>(), static_cast<size_t>(pixels.numel())},
                   {3, 3, 32, 32});
  const NpyArray i(folder / "ids.npy"), p(folder / "pixels.npy");
  const ClipArrays made = eval_arrays(model, &i, &p, torch::kCPU);
  for (const auto& [name, t] : {std::pair{"i.npy", made.image_embeds}, {"t.npy", made.text_embeds}})
    write_npy<float>(folder / name, {t.data_ptr<float>(), static_cast<size_t>(t.numel())}, t.sizes().vec());
  const std::string script =
      "import sys, numpy as np, torch; from transformers import CLIPModel as M; f = sys.argv[1]; l = lambda "
      "n: "
      "torch.from_numpy(np.load(f + n)); o = M.from_pretrained(f).eval()(input_ids=l('/ids.npy'), "
      "pixel_values=l('/pixels.npy'), return_loss=True); d = max((o.image_embeds - l('/i.npy')).abs().max(), "
      "(o.text_embeds - l('/t.npy')).abs().max(), abs(o.loss - " +
      std::to_string(*made.loss) +
      ")); "
      "sys.exit(0 if d < 1e-4 else 1)";
  EXPECT_TRUE(oracle_succeeds("-c \"" + script + "\" " + folder.string()));
}

// What `rnb list models` and a sweep's estimate say of a size is what the model has.
TEST(ClipSizes, CountTheParametersThatAModelHas) {
  for (const ClipSize& size : clip_sizes()) {
    for (const int64_t context : {int64_t{0}, int64_t{16}}) {
      const Clip model = make_clip(size.name, {100, 99}, context, 1, torch::kMeta);
      int64_t n = 0;
      for (const NamedParameter& p : model.parameters()) n += p.tensor.numel();
      EXPECT_EQ(parameter_count(size, 100, context), n) << size.name << context;
    }
  }
}

// Sums of what the body's layers show.
class Sums : public LinearTracker {
 public:
  bool wants(const std::string&) const override { return true; }
  void body_layer(const std::string& layer, const torch::Tensor& input,
                  const torch::Tensor& outgrad) override {
    all[layer] = torch::einsum("bti,bto->oi", {input, outgrad});
  }
  void head_block(int64_t, int64_t, int64_t, const torch::Tensor&) override {}
  void head_squared_norm(int64_t, const std::function<double()>&) override {}
  std::map<std::string, torch::Tensor> all;
};

TEST(Clip, RecomputedActivationsChangeNoBit) {
  const auto pixels = torch::linspace(-2, 2, 3 * 3 * 32 * 32).reshape({3, 3, 32, 32});
  const auto ids = torch::arange(24).reshape({3, 8}).remainder(48).index_fill(1, torch::tensor({7}), 49);
  for (const bool with_tracker : {false, true}) {
    std::vector<Clip> models;
    std::vector<Sums> sums(2);
    std::vector<torch::Tensor> losses;
    for (int i = 0; i < 2; ++i) models.push_back(make_clip("clip-pico", {50, 49}, 0, 3, torch::kCPU));
    models[1].keep_activations(Activations::Recompute);
    for (size_t i = 0; i < 2; ++i) {
      Clip& m = models[i];
      m.track(with_tracker ? &sums[i] : nullptr);
      losses.push_back(contrastive_head({m.image_features(pixels), m.text_features(ids, m.ends_of(ids)),
                                         m.image_projection(), m.text_projection(), m.logit_scale()},
                                        torch::full({3}, 1.0 / 3), {{0, 3}}, nullptr)
                           .loss);
      losses.back().backward();
    }
    EXPECT_TRUE(torch::equal(losses[0], losses[1]));
    for (size_t p = 0; p < models[0].parameters().size(); ++p)
      EXPECT_TRUE(
          torch::equal(models[0].parameters()[p].tensor.grad(), models[1].parameters()[p].tensor.grad()))
          << models[0].parameters()[p].name;
    EXPECT_EQ(sums[0].all.size(), with_tracker ? 2 * 2 * 6U : 0U);  // two towers of two blocks of six layers
    for (const auto& [layer, sum] : sums[0].all) EXPECT_TRUE(torch::equal(sum, sums[1].all[layer])) << layer;
  }
}

TEST(Clip, WhatFollowsTheEndOfATextIsNotSeen) {
  Clip model = make_clip("clip-pico", {50, 49}, 0, 3, torch::kCPU);
  const torch::NoGradGuard no_grad;
  auto ids = torch::tensor({5, 9, 49, 3, 4, 49}).reshape({1, 6});
  EXPECT_EQ(model.ends_of(ids).item<int64_t>(), 2);
  const auto a = model.text_features(ids, model.ends_of(ids));
  const auto b = model.text_features(ids.slice(1, 0, 3), model.ends_of(ids));
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-6);
  EXPECT_THROW(model.ends_of(ids.slice(1, 0, 2)), Error);
}

TEST(Clip, NamesTensorsThatAreMissingSurplusOrWronglyShaped) {
  const auto config = read_clip_config(kFixtures / "quick/config.json");
  const TensorMap good = load_safetensors(kFixtures / "quick");
  const auto message = [&](const TensorMap& tensors) -> std::string {
    try {
      Clip(config, tensors, "here", torch::kCPU);
      return "accepted";
    } catch (const Error& e) {
      return e.what();
    }
  };
  EXPECT_EQ(message(good), "accepted");
  TensorMap bad = good;
  bad["text_model.embeddings.position_ids"] = torch::arange(11);  // of old checkpoints
  EXPECT_EQ(message(bad), "accepted");
  bad.erase("logit_scale");
  EXPECT_NE(message(bad).find("logit_scale is missing"), std::string::npos);
  bad = good;
  bad["classifier.weight"] = torch::zeros({3});
  EXPECT_NE(message(bad).find("classifier.weight is not part"), std::string::npos);
  bad = good;
  bad["visual_projection.weight"] = torch::zeros({2, 2});
  EXPECT_NE(message(bad).find("visual_projection.weight has shape [2, 2]"), std::string::npos);
}

TEST(Clip, RefusesConfigurationsThatCannotBeMeant) {
  const ScratchFolder scratch;
  const auto good = read_json_file(kFixtures / "quick/config.json");
  const auto with = [&](const char* part, const char* key, const nlohmann::json& value) {
    auto config = good;
    (*part ? config[part] : config)[key] = value;
    return read_clip_config(scratch.write("config.json", config.dump()));
  };
  EXPECT_EQ(with("text_config", "hidden_act", "gelu_pytorch_tanh").text.activation, "gelu_new");
  for (const auto& [part, key, value] : std::vector<std::tuple<const char*, const char*, nlohmann::json>>{
           {"", "model_type", "siglip"},
           {"", "projection_dim", 0},
           {"", "text_config", 3},
           {"text_config", "hidden_act", "relu"},
           {"text_config", "num_attention_heads", 5},
           {"text_config", "eos_token_id", 53},
           {"text_config", "vocab_size", -1},
           {"text_config", "attention_dropout", 0.1},
           {"vision_config", "patch_size", 25},
           {"vision_config", "num_channels", 1},
           {"vision_config", "num_hidden_layers", 1 << 30},
           {"vision_config", "layer_norm_eps", "small"}})
    EXPECT_THROW(with(part, key, value), Error) << part << " " << key;
}

TEST(Fuzz, ClipConfig) {
  const ScratchFolder scratch;
  const std::string good = read_text_file(kFixtures / "exact/config.json");
  int refused = 0;
  fuzz("clip config", 300, [&](Rng& rng) {
    const auto file = scratch.write("config.json", damaged(good, rng));
    refused += !accepted([&] { EXPECT_GE(read_clip_config(file).patches(), 1); });
  });
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace rnb
