// Parity with transformers: models that it made and saved (tests/oracle/gpt_neo_fixtures.py), and what it
// computed from them. The live tests (label slow: they start Python) make new random ones when the oracle
// environment is installed.

#include "models/gpt_neo.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "models/fused_head.h"
#include "models/language_model_eval.h"
#include "models/model_sizes.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kOracle = RNB_SOURCE_DIR "/.venv-oracle/bin/python";

torch::Tensor ids_of(const NpyArray& array) {
  auto ids = torch::empty(array.shape(), torch::kInt64);
  const auto values = array.values<int64_t>();
  std::copy(values.begin(), values.end(), ids.data_ptr<int64_t>());
  return ids;
}

// Loss over all next-token places, back-propagated through the fused head.
torch::Tensor next_token_loss(LanguageModel& model, const torch::Tensor& ids,
                              LinearTracker* tracker = nullptr) {
  const auto hidden = model.hidden(ids);
  const auto rows = hidden.slice(1, 0, -1).reshape({-1, hidden.size(-1)});
  const auto targets = ids.slice(1, 1).reshape({-1});
  const int64_t n = rows.size(0);
  const auto weight = torch::full({n}, 1.0 / static_cast<double>(n));
  return fused_head(rows, model.head_weight(), targets, weight, {{0, n / 3}, {1, n}}, tracker, 16).loss;
}

void expect_parity(const fs::path& folder) {
  SCOPED_TRACE(folder.string());
  const auto model = make_language_model(folder.string(), 0, 0, 0, torch::kCPU);
  const NpyArray ids(folder / "ids.npy");
  const fs::path logits_file =
      fs::path(testing::TempDir()) / ("logits-" + folder.filename().string() + ".npy");
  const double loss = eval_ids(*model, ids, logits_file.string());
  EXPECT_NEAR(loss, read_json_file(folder / "loss.json").at("loss").get<double>(), 1e-5);
  const NpyArray ours(logits_file), theirs(folder / "logits.npy");
  ASSERT_EQ(ours.shape(), theirs.shape());
  for (int64_t i = 0; i < ours.size(); ++i)
    ASSERT_NEAR(ours.values<float>()[static_cast<size_t>(i)], theirs.values<float>()[static_cast<size_t>(i)],
                1e-4);

  next_token_loss(*model, ids_of(ids)).backward();
  const auto gradients = load_safetensors(folder / "gradients.safetensors");
  for (const NamedParameter& p : model->parameters()) {
    ASSERT_TRUE(gradients.contains(p.name)) << p.name;
    const auto& expected = gradients.at(p.name);
    const double error = (p.tensor.grad() - expected).norm().item<double>() / expected.norm().item<double>();
    EXPECT_LT(error, 1e-4) << p.name;
  }
}

TEST(GptNeo, ComputesWhatTransformersComputes) {
  for (const char* shape : {"windowed", "plain"})
    expect_parity(fs::path(RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo") / shape);
}

TEST(LiveGptNeo, ComputesWhatTransformersComputesOnNewRandomModels) {
  if (!fs::exists(kOracle)) GTEST_SKIP() << "scripts/setup.sh --oracle installs transformers";
  const fs::path folder = fs::path(testing::TempDir()) / "gpt_neo_live";
  const std::string command = kOracle.string() + " " RNB_SOURCE_DIR "/tests/oracle/gpt_neo_fixtures.py " +
                              folder.string() + " 123 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  for (const char* shape : {"windowed", "plain"}) expect_parity(folder / shape);
}

// What `rnb list models` and a sweep's estimate say of a size is what the model has.
TEST(ModelSizes, CountTheParametersThatAModelHas) {
  for (const ModelSize& size : model_sizes()) {
    if (size.width > 256) continue;  // the larger ones take seconds to draw
    for (const int64_t context : {int64_t{0}, int64_t{16}, int64_t{300}}) {
      const auto model = make_language_model(size.name, 100, context, 1, torch::kCPU);
      EXPECT_EQ(parameter_count(size, 100, context), model->parameter_count()) << size.name << context;
    }
  }
}

TEST(SaveHuggingFace, ReplacesAnEarlierSaveAndTouchesNothingElse) {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "model";
  save_hugging_face(*make_language_model("pico", 64, 0, 1, torch::kCPU), folder);
  scratch.write("model/tokenizer.json", "mine");
  const auto second = make_language_model("pico", 64, 0, 2, torch::kCPU);
  save_hugging_face(*second, folder);
  EXPECT_EQ(read_text_file(folder / "tokenizer.json"), "mine");
  EXPECT_TRUE(torch::equal(load_safetensors(folder).at("transformer.wte.weight"), second->head_weight()));
}

TEST(SaveHuggingFace, RefusesAFolderThatItDidNotWrite) {
  const ScratchFolder scratch;
  const auto model = make_language_model("pico", 64, 0, 1, torch::kCPU);
  const auto refused = [&](const fs::path& folder) {
    try {
      save_hugging_face(*model, folder);
    } catch (const Error& e) {
      return std::string(e.what()).find(folder.string()) != std::string::npos;
    }
    return false;
  };
  fs::create_directories(scratch.path() / "notes");
  scratch.write("notes/plan.txt", "mine");
  EXPECT_TRUE(refused(scratch.path() / "notes"));
  EXPECT_EQ(read_text_file(scratch.path() / "notes/plan.txt"), "mine");
  EXPECT_FALSE(fs::exists(scratch.path() / "notes/model.safetensors"));

  // Somebody else's model: the same two names, another producer.
  const fs::path other = scratch.path() / "other";
  fs::copy(fs::path(RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain"), other);
  const std::string weights = read_text_file(other / "model.safetensors");
  EXPECT_TRUE(refused(other));
  EXPECT_EQ(read_text_file(other / "model.safetensors"), weights);

  scratch.write("file", "mine");
  EXPECT_TRUE(refused(scratch.path() / "file"));
  fs::create_directories(scratch.path() / "empty");
  EXPECT_FALSE(refused(scratch.path() / "empty"));
  EXPECT_TRUE(fs::exists(scratch.path() / "empty/config.json"));
}

TEST(LiveGptNeo, IsReadBackByTransformersWithTheSameLogits) {
  if (!fs::exists(kOracle)) GTEST_SKIP() << "scripts/setup.sh --oracle installs transformers";
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "saved";
  const auto model = make_language_model("pico", 64, 0, 7, torch::kCPU);
  save_hugging_face(*model, folder);
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 2 * 20; ++i) ids.push_back((i * 7 + 3) % 64);
  write_npy<int64_t>(folder / "ids.npy", ids, {2, 20});
  eval_ids(*model, NpyArray(folder / "ids.npy"), (folder / "logits.npy").string());
  const std::string script =
      "import sys, numpy as np, torch; from transformers import AutoModelForCausalLM as M; f = sys.argv[1]; "
      "m = M.from_pretrained(f).eval(); l = m(torch.from_numpy(np.load(f + "
      "'/ids.npy'))).logits.detach().numpy(); "
      "sys.exit(0 if np.abs(l - np.load(f + '/logits.npy')).max() < 1e-4 else 1)";
  EXPECT_EQ(
      std::system((kOracle.string() + " -c \"" + script + "\" " + folder.string() + " 2>/dev/null").c_str()),
      0);
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

TEST(LanguageModelEval, BatchesGiveTheMeanOfTheSingleSequences) {
  const auto model = make_language_model("pico", 64, 0, 5, torch::kCPU);
  const fs::path file = fs::path(testing::TempDir()) / "eval_ids.npy";
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 700 * 8; ++i) ids.push_back(i * i % 64);  // 512 sequences fill a batch
  write_npy<int64_t>(file, ids, {700, 8});
  const double together = eval_ids(*model, NpyArray(file), "");
  const torch::NoGradGuard no_grad;
  const auto all = torch::tensor(ids).reshape({700, 8});
  const auto logits = model->hidden(all).matmul(model->head_weight().t()).slice(1, 0, 7);
  const auto expected =
      torch::cross_entropy_loss(logits.reshape({-1, 64}), all.slice(1, 1).reshape(-1)).item<double>();
  EXPECT_NEAR(together, expected, 1e-5);
}

TEST(LanguageModelEval, LeavesNothingBehindWhenASequenceIsTooLong) {
  const auto model = make_language_model("pico", 64, 0, 5, torch::kCPU);
  const fs::path folder = fs::path(testing::TempDir()) / "eval_too_long";
  fs::remove_all(folder);
  fs::create_directories(folder / "out");
  write_npy<int64_t>(folder / "ids.npy", std::vector<int64_t>(40, 1), {1, 40});
  EXPECT_THROW(eval_ids(*model, NpyArray(folder / "ids.npy"), (folder / "out/logits.npy").string()), Error);
  EXPECT_TRUE(fs::is_empty(folder / "out"));
}

// Gradients that a tracker is shown must add up to the parameter's own.
class AddUp : public LinearTracker {
 public:
  bool wants(const std::string&) const override { return true; }
  void body_layer(const std::string& layer, const torch::Tensor& input,
                  const torch::Tensor& outgrad) override {
    sums[layer] = outgrad.reshape({-1, outgrad.size(-1)}).t().mm(input.reshape({-1, input.size(-1)}));
  }
  void head_block(int64_t, int64_t first, int64_t vocabulary, const torch::Tensor& block) override {
    if (!sums.contains("lm_head")) sums["lm_head"] = torch::zeros({vocabulary, block.size(1)});
    sums["lm_head"].slice(0, first, first + block.size(0)).add_(block);
  }
  void head_squared_norm(int64_t, const std::function<double()>&) override { ++head_domains; }
  TensorMap sums;
  int head_domains = 0;
};

TEST(GptNeo, TrackedGradientsAddUpToTheParametersGradients) {
  const auto plain = make_language_model("pico", 64, 0, 3, torch::kCPU),
             tracked = make_language_model("pico", 64, 0, 3, torch::kCPU);
  AddUp tracker;
  tracked->track(&tracker);
  const auto ids = torch::arange(60).reshape({3, 20}).remainder(64);
  const auto a = next_token_loss(*plain, ids), b = next_token_loss(*tracked, ids, &tracker);
  EXPECT_NEAR(a.item<double>(), b.item<double>(), 1e-6);
  a.backward();
  b.backward();
  EXPECT_EQ(tracker.head_domains, 2);
  const auto expected = plain->parameters();
  const auto got = tracked->parameters();
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_LT((got[i].tensor.grad() - expected[i].tensor.grad()).norm().item<double>(), 1e-6) << got[i].name;
  for (const std::string& layer : tracked->linear_names()) {
    ASSERT_TRUE(tracker.sums.contains(layer)) << layer;
    if (layer == "lm_head") continue;  // tied: its parameter's gradient has the look-up's share too
    for (const NamedParameter& p : got)
      if (p.name == layer + ".weight")
        EXPECT_LT((tracker.sums[layer] - p.tensor.grad()).norm().item<double>(), 1e-6) << layer;
  }
}

}  // namespace
}  // namespace rnb
