#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/commands/cli.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class EmbedCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    out_ = (folder_ / "out.npy").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string tiny(const char* file) const { return (kEncoderFixtures / "tiny" / file).string(); }
  void run(std::vector<std::string> args) {
    args.insert(args.end(), {"--model", tiny(""), "--out", out_, "--threads", "1"});
    EXPECT_EQ(call_command("embed", args), 0);
  }

  fs::path folder_;
  std::string out_;
};

TEST_F(EmbedCommand, IdsGiveTransformersVectors) {
  run({"--ids", tiny("ids.npy"), "--mask", tiny("mask.npy")});
  EXPECT_LT((tensor_of<float>(out_) - tensor_of<float>(tiny("vectors.npy"))).abs().max().item<double>(),
            1e-5);
}

TEST_F(EmbedCommand, StaticModeHoldsForIdsToo) {
  run({"--ids", tiny("ids.npy"), "--mask", tiny("mask.npy"), "--mode", "static"});
  EXPECT_LT((tensor_of<float>(out_) - tensor_of<float>(tiny("static.npy"))).abs().max().item<double>(), 1e-6);
}

TEST_F(EmbedCommand, ModernBertTakesIdsAndTextsWithAPrompt) {
  const fs::path folder = kEncoderFixtures / "modernbert";
  const auto make = [&](std::vector<std::string> args) {
    args.insert(args.end(), {"--out", out_, "--threads", "1"});
    EXPECT_EQ(call_command("embed", args), 0);
    return tensor_of<float>(out_);
  };
  const std::string alternating = (folder / "alternating").string(),
                    prompted = (folder / "prompted").string();
  const auto by_ids =
      make({"--model", alternating, "--ids", alternating + "/ids.npy", "--mask", alternating + "/mask.npy"});
  EXPECT_LT((by_ids - tensor_of<float>(alternating + "/vectors.npy")).abs().max().item<double>(), 1e-5);
  const auto by_texts =
      make({"--model", prompted, "--texts", prompted + "/texts.txt", "--prompt", "clustering"});
  EXPECT_LT((by_texts - tensor_of<float>(prompted + "/prompted.npy")).abs().max().item<double>(), 1e-5);
  EXPECT_THROW(
      make({"--model", prompted, "--texts", prompted + "/texts.txt", "--mode", "static", "--prompt", "x"}),
      UsageError);
}

TEST_F(EmbedCommand, RefusesIdsOutsideTheVocabulary) {
  const std::vector<int64_t> ids{1, 53}, mask{1, 1};  // the model has 53 tokens
  write_npy<int64_t>(folder_ / "ids.npy", ids, {1, 2});
  write_npy<int64_t>(folder_ / "mask.npy", mask, {1, 2});
  EXPECT_THROW(run({"--ids", folder_ / "ids.npy", "--mask", folder_ / "mask.npy"}), Error);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(EmbedCommand, RefusesAMaskThatIsNotZeroOrOne) {
  const std::vector<int64_t> ids{1, 2}, mask{1, 2};
  write_npy<int64_t>(folder_ / "ids.npy", ids, {1, 2});
  write_npy<int64_t>(folder_ / "mask.npy", mask, {1, 2});
  EXPECT_THROW(run({"--ids", folder_ / "ids.npy", "--mask", folder_ / "mask.npy"}), Error);
}

TEST_F(EmbedCommand, RefusesACommandLineThatCannotBeMeant) {
  EXPECT_THROW(run({}), UsageError);
  EXPECT_THROW(run({"--ids", "a.npy"}), UsageError);
  EXPECT_THROW(run({"--ids", "a.npy", "--mask", "m.npy", "--texts", "t.txt"}), UsageError);
  EXPECT_THROW(run({"--texts", "t.txt", "--mode", "fast"}), UsageError);
  EXPECT_THROW(run({"--text", "t.txt"}), UsageError);  // no guessing of abbreviations
  EXPECT_THROW(call_command("embed", {"--texts", "t.txt"}), UsageError);
  EXPECT_THROW(call_command("embed", {"--texts", "t.txt", "--out", "o.npy", "--threads", "-1"}), UsageError);
}

TEST_F(EmbedCommand, HelpSucceeds) {
  EXPECT_EQ(call_command("embed", {"--help"}), 0);
}

}  // namespace
}  // namespace rnb
