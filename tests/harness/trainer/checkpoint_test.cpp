#include "harness/trainer/checkpoint.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

Checkpoint at_step(int64_t step) {
  Checkpoint c;
  c.step = step;
  c.model["w"] = torch::full({2, 3}, static_cast<float>(step));
  c.optimiser["w.first"] = torch::arange(4, torch::kFloat32);
  c.state = {{"step", step}, {"p", {0.25, 0.75}}};
  return c;
}

std::set<std::string> folders(const fs::path& run) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(run)) names.insert(entry.path().filename().string());
  return names;
}

TEST(Checkpoint, ComesBackAsItWasSaved) {
  const ScratchFolder run;
  Checkpoint saved = at_step(12);
  saved.snapshot["model/w"] = torch::ones({1});
  save_checkpoint(run.path(), saved, 1);
  const auto loaded = load_newest_checkpoint(run.path());
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->step, 12);
  EXPECT_EQ(loaded->state, saved.state);
  EXPECT_TRUE(torch::equal(loaded->model.at("w"), saved.model.at("w")));
  EXPECT_TRUE(torch::equal(loaded->optimiser.at("w.first"), saved.optimiser.at("w.first")));
  EXPECT_TRUE(torch::equal(loaded->snapshot.at("model/w"), saved.snapshot.at("model/w")));
  EXPECT_TRUE(loaded->gradients.empty());
}

TEST(Checkpoint, OnlyTheNewestStayInTheOrderOfTheirNumbers) {
  const ScratchFolder run;
  for (const int64_t step : {9, 10, 100}) save_checkpoint(run.path(), at_step(step), 2);
  EXPECT_EQ(folders(run.path()), (std::set<std::string>{"checkpoint-10", "checkpoint-100"}));
  EXPECT_EQ(load_newest_checkpoint(run.path())->step, 100);
}

TEST(Checkpoint, ADamagedOneGivesWayToTheOneBefore) {
  const ScratchFolder run;
  for (const int64_t step : {1, 2}) save_checkpoint(run.path(), at_step(step), 5);
  {
    std::fstream file(run.path() / "checkpoint-2/model.safetensors",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('\x7f');
  }
  ::testing::internal::CaptureStderr();
  const auto loaded = load_newest_checkpoint(run.path());
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("checkpoint-2 is damaged and skipped"),
            std::string::npos);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->step, 1);
}

TEST(Checkpoint, NoneIsNoError) {
  const ScratchFolder run;
  EXPECT_FALSE(load_newest_checkpoint(run.path()).has_value());
  EXPECT_FALSE(load_newest_checkpoint(run.path() / "no-such-folder").has_value());
}

}  // namespace
}  // namespace rnb
