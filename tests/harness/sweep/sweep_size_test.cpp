#include "harness/sweep/sweep_size.h"

#include <gtest/gtest.h>

#include "harness/sweep/sweep_history.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

Experiment nano(const std::filesystem::path& store) {
  Experiment e;
  e.store = store.string();
  e.model = "nano";
  e.method = "stratified";
  return e;
}

// nano: 4 layers, width 128, 64 positions; a vocabulary of 1000: (1000 + 64) 128 + 4 (12 128^2 + 10 128) + 2
// 128 = 928,000 numbers of 4 bytes.
constexpr double kModel = 4.0 * 928'000;

class SweepSize : public ::testing::Test {
 protected:
  SweepSize() {
    folder_.write("store/manifest.json",
                  R"({"vocab_size": 1000, "counts": {"a": {"test": 10}, "b": {"test": 20}}})");
  }
  ScratchFolder folder_;
  Experiment e_ = nano(folder_.path() / "store");
};

TEST_F(SweepSize, CheckpointsCostThreeModelsEach) {
  const double bare = estimated_run_bytes(e_);
  EXPECT_LT(bare, kModel);
  e_.checkpoint_every = 100;
  e_.keep_checkpoints = 2;
  EXPECT_DOUBLE_EQ(estimated_run_bytes(e_) - bare, 2 * 3 * kModel);
  e_.keep_checkpoints = 10;  // 500 steps have but five
  EXPECT_DOUBLE_EQ(estimated_run_bytes(e_) - bare, 5 * 3 * kModel);
  e_.save_model = true;
  EXPECT_DOUBLE_EQ(estimated_run_bytes(e_) - bare, (5 * 3 + 1) * kModel);
}

TEST_F(SweepSize, SumsOfGradientsAreOneHeadADomain) {
  e_.checkpoint_every = 500;
  const double fixed = estimated_run_bytes(e_);
  e_.method = "rnb";
  EXPECT_DOUBLE_EQ(estimated_run_bytes(e_) - fixed, 2 * 4.0 * 1000 * 128);
  e_.grouping = "regroup:k=5..20:5,seed=2";
  EXPECT_GE(estimated_run_bytes(e_) - fixed, 20 * 4.0 * 1000 * 128);
}

TEST_F(SweepSize, AStoreThatIsNotThereYetIsGuessed) {
  e_.store = (folder_.path() / "none").string();
  e_.checkpoint_every = 500;
  EXPECT_GT(estimated_run_bytes(e_), 3 * kModel);  // 4096 tokens are more than 1000
}

TEST_F(SweepSize, AHuggingFaceFolderIsMeasured) {
  folder_.write("model/model.safetensors", std::string(5000, 'x'));
  e_.save_model = true;
  e_.model = (folder_.path() / "model").string();
  const double with = estimated_run_bytes(e_);
  e_.save_model = false;
  EXPECT_DOUBLE_EQ(with - estimated_run_bytes(e_), 5000);
}

TEST_F(SweepSize, EarlierRunsAreMeasured) {
  folder_.write("out/r1/run.h5", std::string(100, 'x'));
  folder_.write("out/r1/checkpoint-5/model.safetensors", std::string(1000, 'x'));
  folder_.write("out/r2/run.h5", std::string(300, 'x'));
  SweepHistory history(folder_.path() / "out");
  EXPECT_EQ(history.mean_bytes(), 0);
  history.add(e_, {"r1", 1});
  e_.seed = 2;
  history.add(e_, {"r2", 1});
  e_.seed = 3;
  history.add(e_, {"deleted", 1});
  EXPECT_DOUBLE_EQ(history.mean_bytes(), (1100 + 300) / 2.0);
}

}  // namespace
}  // namespace rnb
