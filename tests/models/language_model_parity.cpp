#include "tests/models/language_model_parity.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/npy.h"
#include "models/fused_head.h"
#include "models/language_model_eval.h"
#include "models/linear_tracker.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/oracle.h"
#include "tests/models/tensor_of.h"

namespace rnb {
namespace fs = std::filesystem;

torch::Tensor next_token_loss(LanguageModel& model, const torch::Tensor& ids, LinearTracker* tracker) {
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
  const ScratchFolder scratch;
  const fs::path logits_file = scratch.path() / "logits.npy";
  const double loss = eval_ids(*model, ids, logits_file.string());
  EXPECT_NEAR(loss, read_json_file(folder / "loss.json").at("loss").get<double>(), 1e-5);
  const NpyArray ours(logits_file), theirs(folder / "logits.npy");
  ASSERT_EQ(ours.shape(), theirs.shape());
  for (int64_t i = 0; i < ours.size(); ++i)
    ASSERT_NEAR(ours.values<float>()[static_cast<size_t>(i)], theirs.values<float>()[static_cast<size_t>(i)],
                1e-4);

  next_token_loss(*model, tensor_of<int64_t>(ids)).backward();
  const auto gradients = load_safetensors(folder / "gradients.safetensors");
  EXPECT_EQ(gradients.size(), model->parameters().size());
  for (const NamedParameter& p : model->parameters()) {
    ASSERT_TRUE(gradients.contains(p.name)) << p.name;
    const auto& expected = gradients.at(p.name);
    const double error = (p.tensor.grad() - expected).norm().item<double>() / expected.norm().item<double>();
    EXPECT_LT(error, 1e-4) << p.name;
  }
}

void expect_live_parity(const std::string& family, int seed) {
  if (!oracle_is_installed()) GTEST_SKIP() << kNoOracle;
  const ScratchFolder scratch;
  ASSERT_TRUE(oracle_makes("language_model_fixtures.py",
                           fmt::format("{} {} {}", family, scratch.path().string(), seed)));
  int shapes = 0;
  for (const auto& shape : fs::directory_iterator(scratch.path())) {
    expect_parity(shape.path());
    ++shapes;
  }
  EXPECT_GE(shapes, 2);
}

void expect_read_back(const LanguageModel& model, const fs::path& folder) {
  if (!oracle_is_installed()) GTEST_SKIP() << kNoOracle;
  save_hugging_face(model, folder);
  const int64_t time = std::min<int64_t>(20, model.context()), vocabulary = model.vocab_size();
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 2 * time; ++i) ids.push_back((i * 7 + 3) % vocabulary);
  write_npy<int64_t>(folder / "ids.npy", ids, {2, time});
  const auto again = make_language_model(folder.string(), 0, 0, 0, torch::kCPU);
  eval_ids(*again, NpyArray(folder / "ids.npy"), (folder / "logits.npy").string());
  const std::string script =
      "import sys, numpy as np, torch; from transformers import AutoModelForCausalLM as M; f = sys.argv[1]; "
      "m = M.from_pretrained(f).eval(); l = m(torch.from_numpy(np.load(f + "
      "'/ids.npy'))).logits.detach().numpy(); "
      "sys.exit(0 if np.abs(l - np.load(f + '/logits.npy')).max() < 1e-4 else 1)";
  EXPECT_TRUE(oracle_succeeds("-c \"" + script + "\" " + folder.string()));
}

void expect_bfloat16_of(const TensorMap& saved, const LanguageModel& model) {
  ASSERT_EQ(model.parameters().size(), saved.size());
  for (const NamedParameter& p : model.parameters()) {
    EXPECT_EQ(p.tensor.scalar_type(), torch::kFloat32) << p.name;
    EXPECT_TRUE(torch::equal(p.tensor, saved.at(p.name).to(torch::kBFloat16).to(torch::kFloat32))) << p.name;
  }
}

namespace {

// Keeps the gradients that it is shown.
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

}  // namespace

void expect_tracked_gradients_add_up(const std::string& size) {
  const auto plain = make_language_model(size, 64, 0, 3, torch::kCPU),
             tracked = make_language_model(size, 64, 0, 3, torch::kCPU);
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

void expect_recomputed_is_equal(const std::string& size) {
  const auto ids = torch::arange(60).reshape({3, 20}).remainder(64);
  for (const bool with_tracker : {false, true}) {
    AddUp kept_tracker, again_tracker;
    const auto kept = make_language_model(size, 64, 0, 3, torch::kCPU),
               again = make_language_model(size, 64, 0, 3, torch::kCPU);
    again->keep_activations(Activations::Recompute);
    kept->track(with_tracker ? &kept_tracker : nullptr);
    again->track(with_tracker ? &again_tracker : nullptr);
    const auto a = next_token_loss(*kept, ids, with_tracker ? &kept_tracker : nullptr),
               b = next_token_loss(*again, ids, with_tracker ? &again_tracker : nullptr);
    EXPECT_TRUE(torch::equal(a, b));
    // Gradients asked for by name, as the methods do that compare whole gradients.
    std::vector<torch::Tensor> kept_parameters, again_parameters;
    for (const NamedParameter& p : kept->parameters()) kept_parameters.push_back(p.tensor);
    for (const NamedParameter& p : again->parameters()) again_parameters.push_back(p.tensor);
    const auto by_name = torch::autograd::grad({a}, kept_parameters, {}, /*retain_graph=*/true),
               by_name_again = torch::autograd::grad({b}, again_parameters, {}, /*retain_graph=*/true);
    for (size_t i = 0; i < by_name.size(); ++i)
      EXPECT_TRUE(torch::equal(by_name[i], by_name_again[i])) << kept->parameters()[i].name;
    a.backward();
    b.backward();
    for (size_t i = 0; i < kept_parameters.size(); ++i)
      EXPECT_TRUE(torch::equal(kept_parameters[i].grad(), again_parameters[i].grad()))
          << kept->parameters()[i].name;
    EXPECT_EQ(kept_tracker.sums.size(), again_tracker.sums.size());
    for (const auto& [layer, sum] : kept_tracker.sums)
      EXPECT_TRUE(torch::equal(sum, again_tracker.sums[layer])) << layer;
  }
}

}  // namespace rnb
