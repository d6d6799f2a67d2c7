// What a dry run says before, against what a run takes.

#include "harness/commands/dry_run.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "models/language_model.h"
#include "tests/base/scratch_folder.h"
#include "tests/harness/measured_run.h"
#include "tests/harness/pico_runs.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

void expect(const Keys& keys) {
  expect_predicted((pico_folder() / "skills").string(), pico_folder() / "dry", keys);
}

TEST(DryRun, PredictsGptNeoWithin15Percent) {
  for (const char* model : {"nano", "mini"})
    for (const char* batch : {"8", "32"})
      for (const char* recompute : {"off", "on"})
        expect(
            {{"model", model}, {"batch", batch}, {"checkpoint-activations", recompute}, {"eval-batch", "8"}});
}

TEST(DryRun, PredictsQwen2Within15Percent) {
  for (const char* batch : {"8", "64"})
    for (const char* recompute : {"off", "on"})
      expect({{"model", "qwen2-nano"},
              {"batch", batch},
              {"checkpoint-activations", recompute},
              {"eval-batch", "8"}});
}

TEST(DryRun, PredictsPartsAndPackedRowsAndSignals) {
  expect({{"model", "nano"}, {"batch", "32"}, {"accumulation", "4"}, {"eval-batch", "8"}});
  expect({{"model", "nano"}, {"batch", "16"}, {"pack", "on"}, {"context", "256"}, {"eval-batch", "8"}});
  expect({{"model", "nano"}, {"batch", "8"}, {"method", "rnb"}, {"track", "last:20"}, {"eval-batch", "8"}});
  expect(
      {{"model", "nano"}, {"batch", "1"}, {"eval-batch", "128"}});  // the evaluation needs more than a step
}

TEST(DryRun, ReadsOfAFolderTheConfigurationAlone) {
  const ScratchFolder scratch;
  const auto model = make_language_model("qwen2-pico", 100, 0, 1, torch::kCPU);
  scratch.write("m/config.json", model->config().dump());
  const auto shapes = make_language_model((scratch.path() / "m").string(), 0, 0, 0, torch::kMeta);
  EXPECT_EQ(shapes->parameter_count(), model->parameter_count());
  EXPECT_THROW(make_language_model((scratch.path() / "m").string(), 0, 0, 0, torch::kCPU), Error);
}

TEST(DryRun, WritesNothing) {
  const fs::path out = pico_folder() / "dry-out";
  testing::internal::CaptureStdout();
  EXPECT_EQ(
      call_command("run", {"--store", (pico_folder() / "skills").string(), "--model", "pico", "--grouping",
                           "regroup:k=10", "--method", "rnb", "--out", out.string(), "--dry-run"}),
      0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::AllOf(testing::HasSubstr("10 domains"), testing::HasSubstr("method's signals")));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_FALSE(fs::exists(pico_folder() / "skills/groupings/regroup"));
}

// experiments/paper/s1.ini: Qwen2-0.5B at context 8192, one row at a time, the output head tracked,
// evaluations 16 at a time; without a method's signals, with 10 regrouped domains and with the 54 original
// ones.
TEST(DryRun, QwenAtContext8192FitsACardOf80GB) {
  const auto model = make_language_model("qwen2-0.5b", 151'936, 8192, 0, torch::kMeta);
  // By hand: a float32 matrix of the head per domain; weights, AdamW's two moments, gradients of earlier
  // parts.
  const double head = 4 * 151'936.0 * 896, state = 4 * 4 * 494e6;
  for (const bool bf16 : {false, true}) {
    const auto peak = [&](int64_t domains) {
      StepShape shape{
          .rows = 1, .tokens = 8192, .counted = 8000, .accumulation = 4, .eval_rows = 16, .bf16 = bf16};
      shape.tracked_numbers = domains > 0 ? 151'936.0 * 896 : 0;
      shape.domains = std::max<int64_t>(1, domains);
      const StepCost cost = step_cost(*model, shape);
      double sum = 0;
      for (const auto& [name, bytes] : cost.parts) sum += bytes;
      EXPECT_NEAR(sum, cost.peak, 1) << "the parts are the whole";
      return cost.peak;
    };
    const double none = peak(0), ten = peak(10), all = peak(54);
    EXPECT_GT(none, state);
    EXPECT_GT(ten, state + 10 * head);
    EXPECT_NEAR(all - peak(50), 4 * head, 1) << "each further domain is one more matrix";
    EXPECT_LT(all, 80e9);
  }
}

}  // namespace
}  // namespace rnb
