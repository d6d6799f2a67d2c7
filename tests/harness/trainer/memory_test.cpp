// What saves memory changes no result: micro-batches, blocks that are computed again, another model family.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "models/language_model.h"
#include "models/safetensors.h"
#include "results/event_log.h"
#include "tests/harness/pico_runs.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

struct RunRecord {
  TensorMap weights;
  std::vector<std::vector<double>> grams;  // of each round, m x m
  std::vector<std::vector<double>> squared_norms;
  std::vector<double> losses;
};

RunRecord read_run(const fs::path& folder) {
  RunRecord out;
  out.weights = load_safetensors(folder / "model");
  for (const auto& event : read_events(folder / "events.jsonl")) {
    if (event.at("event") == "step") out.losses.push_back(event.at("loss"));
    if (event.at("event") != "signal" || event.at("call") != "on_round") continue;
    const auto& gram = event.at("data").at("gram");
    out.grams.push_back(gram.at("dot").get<std::vector<double>>());
    out.squared_norms.push_back(gram.at("squared_norms").get<std::vector<double>>());
  }
  return out;
}

// The largest difference over the largest entry.
double relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double difference = 0, size = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(a[i]));
  }
  return difference / size;
}

const std::vector<std::string> kTracked{"--track", "last:3", "--method-option", "gram=unbiased"};

std::vector<std::string> tracked_with(std::vector<std::string> more) {
  more.insert(more.end(), kTracked.begin(), kTracked.end());
  return more;
}

TEST(Memory, MicroBatchesTakeTheStepsOfTheWholeBatch) {
  const RunRecord whole = read_run(pico_run("whole", "rnb", 20, tracked_with({}))),
                  parts = read_run(pico_run("parts", "rnb", 20, tracked_with({"--accumulation", "4"})));
  ASSERT_FALSE(whole.grams.empty());
  ASSERT_EQ(whole.grams.size(), parts.grams.size());
  for (size_t r = 0; r < whole.grams.size(); ++r) {
    EXPECT_LT(relative_difference(whole.grams[r], parts.grams[r]), 1e-3) << "round " << r;
    EXPECT_LT(relative_difference(whole.squared_norms[r], parts.squared_norms[r]), 1e-3) << "round " << r;
  }
  EXPECT_LT(relative_difference(whole.losses, parts.losses), 1e-4);
  for (const auto& [name, tensor] : whole.weights)
    EXPECT_LT((tensor - parts.weights.at(name)).abs().max().item<double>(), 1e-3) << name;
}

TEST(Memory, ComputingBlocksAgainChangesNoBit) {
  for (const char* model : {"pico", "qwen2-pico"}) {
    const std::string name = std::string("kept-") + model;
    const fs::path kept = pico_run(name, "rnb", 20, tracked_with({"--model", model})),
                   again = pico_run(name + "-again", "rnb", 20,
                                    tracked_with({"--model", model, "--checkpoint-activations", "on"}));
    EXPECT_EQ(kept.filename(), again.filename());  // one run id: the same results
    EXPECT_EQ(read_text_file(kept / "model/model.safetensors"),
              read_text_file(again / "model/model.safetensors"));
    EXPECT_EQ(read_run(kept).grams, read_run(again).grams);
  }
}

TEST(Memory, ComputingBlocksAgainServesMethodsThatCompareWholeGradients) {
  const fs::path kept = pico_run("dga", "dga", 12),
                 again = pico_run("dga-again", "dga", 12, {"--checkpoint-activations", "on"});
  EXPECT_EQ(read_text_file(kept / "model/model.safetensors"),
            read_text_file(again / "model/model.safetensors"));
}

TEST(Memory, AQwen2RunsAndItsFolderLoads) {
  const fs::path run =
      pico_run("qwen2", "rnb", 20, {"--model", "qwen2-pico", "--track", "pattern:q_proj|down_proj"});
  const auto model = make_language_model((run / "model").string(), 0, 0, 0, torch::kCPU);
  EXPECT_EQ(model->config().at("model_type"), "qwen2");
  EXPECT_FALSE(read_run(run).grams.empty());
}

}  // namespace
}  // namespace rnb
