// Whole runs of size clip-pico on pairs made here, through the same entry point as the command line.

#include <numeric>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/prepare.h"
#include "harness/commands/cli.h"
#include "harness/tasks/task.h"
#include "harness/trainer/domain_gradients.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/run_experiment.h"
#include "harness/trainer/tracked_layers.h"
#include "results/event_log.h"
#include "results/run_file.h"
#include "tests/datasets/small_tars.h"
#include "tests/harness/measured_run.h"
#include "tests/harness/run_events.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// 400 pairs, plain colours and their names, in three domains of different size.
const fs::path& pair_store() {
  static const fs::path folder = [] {
    const fs::path out = fs::path(testing::TempDir()) / fmt::format("rnb-clip-runs-{}", ::getpid());
    fs::remove_all(out);
    fs::create_directories(out);
    constexpr const char* kNames[] = {"red", "green", "blue", "grey", "black", "white", "orange", "pink"};
    constexpr std::array<uint8_t, 3> kColours[] = {{220, 20, 20},   {20, 220, 20},  {20, 20, 220},
                                                   {128, 128, 128}, {10, 10, 10},   {245, 245, 245},
                                                   {250, 150, 10},  {250, 150, 200}};
    std::vector<std::pair<std::string, std::string>> members;
    for (int i = 0; i < 400; ++i) {
      const std::string key = fmt::format("{:09}", i);
      members.emplace_back(key + ".jpg", plain_jpeg(40, 36, kColours[i % 8], 95, /*ramp=*/1));
      members.emplace_back(key + ".txt", fmt::format("a {} picture {}", kNames[i % 8], i / 8));
      const char* domain = i % 10 < 6 ? "large" : i % 10 < 9 ? "middle" : "small";
      members.emplace_back(key + ".json",
                           nlohmann::json{{"uid", fmt::format("{:032x}", i)}, {"kind", domain}}.dump());
    }
    std::ofstream(out / "pairs.tar", std::ios::binary) << tar_of(members);
    PrepareOptions options;
    options.dataset = "datacomp";
    options.source.from = out / "pairs.tar";
    options.source.extra["domain-field"] = "kind";
    options.tokenizer = "train:300";
    options.out = out / "store";
    prepare(options);
    return out / "store";
  }();
  return folder;
}

fs::path run_pairs(const std::string& name, const std::string& method, std::vector<std::string> more = {}) {
  const fs::path out = pair_store().parent_path() / name;
  std::vector<std::string> args{"--store",
                                pair_store().string(),
                                "--model",
                                "clip-pico",
                                "--steps",
                                "30",
                                "--batch",
                                "16",
                                "--method",
                                method,
                                "--lr",
                                "1e-3",
                                "--eval-every",
                                "10",
                                "--threads",
                                "1",
                                "--save-model",
                                "on",
                                "--out",
                                out.string(),
                                "--eval-batch",
                                "8",
                                "--checkpoint-every",
                                "10",
                                "--keep-checkpoints",
                                "10"};
  args.insert(args.end(), more.begin(), more.end());
  EXPECT_EQ(call_command("run", args), 0);
  for (const auto& entry : fs::directory_iterator(out))
    if (entry.path().filename() != "proxies") return entry.path();
  return {};
}

TEST(ClipRun, EveryKindOfMethodTrainsAClip) {
  // Static, domain gradients of the projections, losses, loss weights, whole gradients (probes and each
  // batch), a bandit.
  for (const char* method : {"natural", "stratified", "rnb", "skillit", "loss_softmax", "dga", "odm"}) {
    const fs::path run = run_pairs(method, method);
    SCOPED_TRACE(method);
    EXPECT_EQ(validate_run(run / "run.h5"), std::vector<std::string>{});
    const RunSummary summary = read_run(run / "run.h5");
    EXPECT_EQ(summary.status, "complete");
    EXPECT_LT(summary.test_loss, std::log(8.0) * 1.05);  // 8 pairs a batch, of which colours repeat
    EXPECT_GT(summary.flops.at("train"), 0);
  }
}

TEST(ClipRun, ResumedFromACheckpointItEqualsTheUninterruptedOneBitForBit) {
  const fs::path whole = run_pairs("whole", "rnb");
  const fs::path run = run_pairs("cut", "rnb");
  fs::remove(run / "run.h5");
  fs::remove_all(run / "model");
  for (const int step : {20, 30}) fs::remove_all(run / fmt::format("checkpoint-{}", step));
  run_pairs("cut", "rnb", {"--resume"});
  EXPECT_EQ(read_text_file(whole / "model/model.safetensors"),
            read_text_file(run / "model/model.safetensors"));
  const auto a = comparable_events(whole), b = comparable_events(run);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], b[i]);
}

Experiment experiment_of(const std::string& model) {
  Experiment e;
  e.store = pair_store().string();
  e.model = model;
  return e;
}

TEST(ClipTask, EvaluatesInBatchesThatNeverChange) {
  const Store store(pair_store());
  const auto task = make_task(experiment_of("clip-pico"), store, torch::kCPU);
  std::vector<int64_t> examples(21);  // the last batch of 8 is filled up
  std::iota(examples.begin(), examples.end(), 100);
  const ExampleLosses a = task->evaluate(examples, 8), b = task->evaluate(examples, 8);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.tokens, std::vector<int64_t>(21, 1));
  // A batch of all of them: the mean loss of an untrained model is near ln of the batch's size.
  const ExampleLosses all = task->evaluate(examples, 100);
  const double mean = std::accumulate(all.loss.begin(), all.loss.end(), 0.0) / 21;
  EXPECT_NEAR(mean, std::log(21.0), 1.0);
  EXPECT_LT(std::accumulate(a.loss.begin(), a.loss.end(), 0.0) / 21, mean);
}

TEST(ClipTask, AugmentationDependsOnStepAndSeedAndNotOnTheBatch) {
  const Store store(pair_store());
  auto e = experiment_of("clip-pico");
  const auto task = make_task(e, store, torch::kCPU);
  e.seed = 2;
  const auto other = make_task(e, store, torch::kCPU);
  const std::vector<RowSpec> one{{0, {3}}}, two{{0, {7}}, {0, {3}}};
  const auto pixels = [](const Task& t, const std::vector<RowSpec>& rows, std::optional<int64_t> step) {
    return t.collate(rows, step).pixels.select(0, static_cast<int64_t>(rows.size()) - 1);
  };
  EXPECT_TRUE(torch::equal(pixels(*task, one, 5), pixels(*task, two, 5)));
  EXPECT_FALSE(torch::equal(pixels(*task, one, 5), pixels(*task, one, 6)));
  EXPECT_FALSE(torch::equal(pixels(*task, one, 5), pixels(*other, one, 5)));
  EXPECT_FALSE(torch::equal(pixels(*task, one, 5), pixels(*task, one, std::nullopt)));
  EXPECT_TRUE(torch::equal(pixels(*task, one, std::nullopt), pixels(*other, one, std::nullopt)));
}

TEST(ClipTask, ATextsEndIsTheModelsAndIsKeptWhenTheTextIsCut) {
  const Store store(pair_store());
  auto e = experiment_of("clip-pico");
  e.context = 4;
  const auto task = make_task(e, store, torch::kCPU);
  const Batch batch = task->collate(std::vector<RowSpec>{{0, {3}}, {0, {4}}}, std::nullopt);
  EXPECT_EQ(batch.ids.sizes(), (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(batch.cut, 2);
  // SentencePiece's own end is id 2, which transformers would read as "the largest": one id more takes its
  // place.
  for (const int64_t row : {0, 1}) {
    EXPECT_EQ(batch.rows[row].item<int64_t>(), 3);
    EXPECT_EQ(batch.ids[row][3].item<int64_t>(), store.vocab_size());
    EXPECT_EQ(batch.ids[row][2].item<int64_t>(), store.tokens(3 + row)[2]);
  }
}

// The round's sums are gradients of the domains' own loss terms: here of one batch, from autograd on those
// terms.
TEST(ClipTask, TrackedProjectionsGiveTheGradientsOfTheDomainsLosses) {
  const Store store(pair_store());
  const auto task = make_task(experiment_of("clip-pico"), store, torch::kCPU);
  EXPECT_EQ(tracked_layers({.kind = LayerChoice::Kind::Last}, task->linear_names(), task->last_layers()),
            (std::vector<std::string>{"visual_projection", "text_projection"}));
  Ledger ledger;
  DomainGradients sums({"visual_projection", "text_projection"}, 2, 1, false, ledger);
  const std::vector<RowSpec> rows{{0, {1}}, {0, {2}}, {1, {3}}, {1, {4}}, {1, {5}}};
  const Batch batch = task->collate(rows, std::nullopt);
  sums.begin_microbatch({{0, 2, 2.0}, {1, 5, 3.0}}, 5.0);
  const auto encoded = task->encode(batch);
  task->loss(encoded, batch, torch::full({5}, 0.2), &sums);
  sums.end_step();
  std::vector<torch::Tensor> projections;
  for (const NamedParameter& p : task->parameters())
    if (p.name == "visual_projection.weight" || p.name == "text_projection.weight")
      projections.push_back(p.tensor);
  std::vector<torch::Tensor> flat;
  for (const auto& own :
       {torch::tensor({1.0F, 1.0F, 0.0F, 0.0F, 0.0F}), torch::tensor({0.0F, 0.0F, 1.0F, 1.0F, 1.0F})}) {
    const auto g =
        torch::autograd::grad({task->loss(encoded, batch, own, nullptr).loss}, projections, {}, true);
    flat.push_back(torch::cat({g[0].reshape(-1), g[1].reshape(-1)}));
  }
  const GradientGram gram = sums.gram();
  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b) {
      const double expected = flat[a].dot(flat[b]).item<double>();
      EXPECT_NEAR(gram.dot[a * 2 + b], expected, 1e-4 * std::abs(expected));
    }
  EXPECT_EQ(gram.count, (std::vector<double>{2, 3}));
}

TEST(ClipTask, NeedsAStoreWithImagesAndRefusesPacking) {
  const fs::path text = pair_store().parent_path() / "texts";
  PrepareOptions options;
  options.dataset = "skills";
  options.source.extra["examples"] = "200";
  options.out = text;
  prepare(options);
  const Store store(text);
  EXPECT_THROW(make_task(experiment_of("clip-pico"), store, torch::kCPU), Error);
  auto e = experiment_of("clip-pico");
  e.pack = true;
  const Store pairs(pair_store());
  EXPECT_THROW(check_task(e, *make_task(e, pairs, torch::kCPU)), UsageError);
  // Captions are texts like any other: a language model may learn them.
  EXPECT_EQ(make_task(experiment_of("pico"), pairs, torch::kCPU)->last_layers(), 1U);
}

TEST(ClipRun, AStepIsPredictedWithin15Percent) {
  for (const char* batch : {"8", "32"})
    for (const char* recompute : {"off", "on"})
      expect_predicted(pair_store().string(), pair_store().parent_path() / "predicted",
                       {{"model", "clip-nano"},
                        {"batch", batch},
                        {"checkpoint-activations", recompute},
                        {"eval-batch", "8"}});
  expect_predicted(pair_store().string(), pair_store().parent_path() / "predicted",
                   {{"model", "clip-nano"}, {"batch", "32"}, {"accumulation", "2"}, {"eval-batch", "8"}});
}

}  // namespace
}  // namespace rnb
