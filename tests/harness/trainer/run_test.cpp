// Whole runs of size pico on the synthetic set, through the same entry point as the command line.

#include "harness/commands/cli.h"

#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/prepare.h"
#include "results/event_log.h"
#include "results/hdf5_file.h"
#include "results/run_file.h"
#include "tests/harness/run_events.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path& skills_store() {
  static const fs::path folder = [] {
    const fs::path out = fs::path(testing::TempDir()) / fmt::format("rnb-run-test-{}", ::getpid()) / "skills";
    fs::remove_all(out.parent_path());
    fs::create_directories(out.parent_path());
    PrepareOptions options;
    options.dataset = "skills";
    options.source.extra["examples"] = "800";
    options.out = out;
    prepare(options);
    return out;
  }();
  return folder;
}

std::vector<std::string> arguments(const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> args{"--store",
                                skills_store().string(),
                                "--model",
                                "pico",
                                "--steps",
                                "60",
                                "--batch",
                                "8",
                                "--method",
                                "rnb",
                                "--eval-every",
                                "20",
                                "--threads",
                                "1",
                                "--save-model",
                                "on",
                                "--checkpoint-every",
                                "20",
                                "--keep-checkpoints",
                                "10",
                                "--out",
                                out.string()};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

fs::path fresh_folder(const std::string& name) {
  const fs::path out = skills_store().parent_path() / name;
  fs::remove_all(out);
  return out;
}

void expect_same_run(const fs::path& a, const fs::path& b) {
  EXPECT_EQ(read_text_file(a / "model/model.safetensors"), read_text_file(b / "model/model.safetensors"));
  const auto x = comparable_events(a), y = comparable_events(b);
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i], y[i]);
}

const fs::path& uninterrupted() {
  static const fs::path run = [] {
    const fs::path out = fresh_folder("whole");
    call_command("run", arguments(out));
    return only_run(out);
  }();
  return run;
}

// A domain whose prompts fill the context leaves nothing to predict, in any batch.
TEST(Run, ABatchWithoutCompletionTokensLeavesTheModelAndSaysSo) {
  const fs::path data = fresh_folder("prompts.jsonl");
  std::ofstream lines(data);
  for (int i = 0; i < 200; ++i) {
    const bool is_long = i % 2 == 0;
    std::string prompt = "say it";
    for (int k = 0; is_long && k < 60; ++k) prompt += fmt::format(" word{}", (i + k) % 17);
    lines << nlohmann::json{{"q", prompt},
                            {"a", fmt::format("answer {}", i)},
                            {"d", is_long ? "long" : "short"}}
          << "\n";
  }
  lines.close();
  PrepareOptions options;
  options.dataset = "jsonl";
  options.source.from = data;
  options.source.extra = {{"prompt", "q"}, {"completion", "a"}, {"domain", "d"}};
  options.tokenizer = "train:300";
  options.out = fresh_folder("prompts");
  prepare(options);
  const fs::path out = fresh_folder("prompts-run");
  for (const char* method : {"fixed", "doge"})
    EXPECT_EQ(
        call_command("run",
                     {"--store",         options.out.string(),
                      "--model",         "pico",
                      "--steps",         "6",
                      "--batch",         "4",
                      "--method",        method,
                      "--method-option", method == std::string("fixed") ? "weights=1,0" : "proxy_fraction=1",
                      "--eval-every",    "0",
                      "--threads",       "1",
                      "--save-model",    "on",
                      "--log-every",     "1",
                      "--out",           (out / method).string()}),
        0);
  const fs::path run = only_run(out / "fixed");
  EXPECT_EQ(validate_run(run / "run.h5"), std::vector<std::string>{});
  int warned = 0;
  for (const auto& event : read_events(run / "events.jsonl")) {
    if (event.at("event") == "step") EXPECT_TRUE(event.at("loss").is_null());
    if (event.at("event") == "warning" && event.at("code") == "empty_batch") ++warned;
  }
  EXPECT_EQ(warned, 6);
}

TEST(Run, ACompleteRunIsValidAndItsPhasesAndTheRestMakeTheWallTime) {
  const fs::path file = uninterrupted() / "run.h5";
  EXPECT_EQ(validate_run(file), std::vector<std::string>{});
  const RunSummary run = read_run(file);
  EXPECT_EQ(run.status, "complete");
  EXPECT_LT(run.test_loss, 4.2);  // ln 64 = 4.16 is a guess; the tables are sharp
  EXPECT_GT(run.flops.at("signal"), 0);
  EXPECT_LT(run.flops.at("signal"), run.flops.at("train"));
  double covered = 0;
  for (const auto& [phase, seconds] : run.seconds) covered += seconds;
  // An account that adds up whatever the machine's speed: phases, and the share that the run says is in none.
  const double uncovered = Hdf5Reader(file).number_attribute("/overhead", "uncovered");
  EXPECT_GE(uncovered, 0);
  EXPECT_LT(uncovered, 0.5);  // steps and evaluations are in phases
  EXPECT_NEAR(covered, (1 - uncovered) * run.wall_seconds, 1e-6 * run.wall_seconds);
}

// Counted by hand: every weight of a product is used once forward and twice backward (2 FLOPs each): the
// blocks' 12 d^2 (attention 4 d^2, MLP 8 d^2) and the head's V d. Attention is two products of T x T x d
// forward and five backward. All of the batch's rows have T = 32 places. R&B must add nothing to `train`.
TEST(Run, TrainingFlopsAreTheHandCount) {
  const RunSummary run = read_run(uninterrupted() / "run.h5");
  const double rows = 60 * 8, T = 32, d = 32, layers = 2, V = 64;
  const double blocks = rows * T * layers * 6 * 12 * d * d;
  const double attention = rows * layers * (2 + 5) * 2 * T * T * d;
  const double head = rows * T * 6 * V * d;
  EXPECT_EQ(run.flops.at("train"), blocks + attention + head);
}

TEST(Run, ResumedFromAnyCheckpointEqualsTheUninterruptedOneBitForBit) {
  for (const int64_t step : {20, 40}) {
    const fs::path out = fresh_folder(fmt::format("cut-{}", step));
    call_command("run", arguments(out));
    const fs::path run = only_run(out);
    fs::remove(run / "run.h5");
    fs::remove_all(run / "model");
    for (const int64_t later : {20, 40, 60})
      if (later > step) fs::remove_all(run / fmt::format("checkpoint-{}", later));
    EXPECT_EQ(call_command("run", arguments(out, {"--resume"})), 0);
    expect_same_run(uninterrupted(), run);
  }
}

TEST(Run, ADamagedCheckpointIsSkippedForTheOneBefore) {
  const fs::path out = fresh_folder("damaged");
  call_command("run", arguments(out));
  const fs::path run = only_run(out);
  fs::remove(run / "run.h5");
  fs::remove_all(run / "model");
  for (const char* name : {"checkpoint-60/model.safetensors", "checkpoint-40/state.json"})
    std::ofstream(run / name, std::ios::app) << "x";
  EXPECT_EQ(call_command("run", arguments(out, {"--resume"})), 0);
  expect_same_run(uninterrupted(), run);
}

TEST(Run, AFinishedRunIsNotDoneAgainAndACutOneAsksForResume) {
  const fs::path out = fresh_folder("again");
  call_command("run", arguments(out));
  const fs::path run = only_run(out);
  const auto before = fs::last_write_time(run / "events.jsonl");
  EXPECT_EQ(call_command("run", arguments(out)), 0);
  EXPECT_EQ(fs::last_write_time(run / "events.jsonl"), before);
  fs::remove(run / "run.h5");
  try {
    call_command("run", arguments(out));
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("--resume"), std::string::npos);
  }
}

TEST(Run, CudaWithoutADeviceIsAClearErrorThatTouchesNothing) {
  const fs::path out = fresh_folder("cuda");
  try {
    call_command("run", arguments(out, {"--device", "cuda"}));
    GTEST_SKIP() << "there is a CUDA device here";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("--device cpu"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(out));
}

// All evaluation weight on the domain that alone knows its table: whatever R&B measures, its own gradient is
// the one aligned with p, so its share must rise above uniform, and with it the weighted loss must fall below
// stratified's.
TEST(Run, RnbFindsTheOneDomainThatTheEvaluationAsksFor) {
  const fs::path store = skills_store().parent_path() / "one-domain";
  PrepareOptions options;
  options.dataset = "skills";
  options.source.extra = {{"examples", "800"}, {"evaluation", "0,0,0,1"}};
  options.out = store;
  prepare(options);
  for (const char* seed : {"1", "2", "3", "4", "5"}) {
    double loss[2];
    for (const char* method : {"stratified", "rnb"}) {
      const fs::path out = fresh_folder(fmt::format("{}-{}", method, seed));
      call_command("run", {"--store",  store.string(), "--model", "pico",  "--steps",
                           "150",      "--batch",      "8",       "--lr",  "3e-3",
                           "--method", method,         "--seed",  seed,    "--eval-every",
                           "0",        "--threads",    "1",       "--out", out.string()});
      const fs::path run = only_run(out);
      loss[std::string(method) == "rnb"] = read_run(run / "run.h5").weighted_loss;
      if (std::string(method) == "stratified") continue;
      for (const auto& event : read_events(run / "events.jsonl"))
        if (event.at("event") == "mixture" && event.at("step") > 0)
          EXPECT_GT(event.at("p").at(3).get<double>(), 0.25) << "seed " << seed;
    }
    EXPECT_LT(loss[1], loss[0]) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rnb
