// Parity on models and texts made anew by the oracle environment.

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/encoder/parity.h"
#include "tests/models/oracle.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class LiveEncoder : public testing::Test {
 protected:
  void SetUp() override {
    if (!oracle_is_installed()) GTEST_SKIP() << kNoOracle;
  }
  void make(const std::string& arguments) const {
    ASSERT_TRUE(oracle_makes("bert_fixtures.py", arguments)) << arguments;
  }

  ScratchFolder scratch_;
  fs::path made_ = scratch_.path() / "made";
};

TEST_F(LiveEncoder, RandomModelsEncodeAsInTransformers) {
  for (const int seed : {101, 102}) {
    const fs::path folder = made_ / std::to_string(seed);
    ASSERT_NO_FATAL_FAILURE(make(fmt::format("tiny {} {}", folder.string(), seed)));
    expect_encoder_parity(folder);
  }
}

TEST_F(LiveEncoder, RandomModernBertsEncodeAsInTransformers) {
  for (const char* kind : {"alternating", "every_second"})
    for (const int seed : {101, 102}) {
      const fs::path folder = made_ / fmt::format("{}{}", kind, seed);
      ASSERT_NO_FATAL_FAILURE(make(fmt::format("{} {} {}", kind, folder.string(), seed)));
      expect_encoder_parity(folder);
    }
}

TEST_F(LiveEncoder, PromptsStandBeforeTextsAsInSentenceTransformers) {
  ASSERT_NO_FATAL_FAILURE(make(fmt::format("prompted {} 103", made_.string())));
  expect_prompted_parity(made_);
}

TEST_F(LiveEncoder, TextsEmbedAsInSentenceTransformers) {
  fs::path encoder;
  try {
    encoder = default_encoder_folder();
  } catch (const Error& e) {
    GTEST_SKIP() << e.what();
  }
  ASSERT_NO_FATAL_FAILURE(make(fmt::format("sentences {} {} 200 71", encoder.string(), made_.string())));
  expect_sentence_parity(made_);
}

}  // namespace
}  // namespace rnb
