// Parity on models and texts made anew by the oracle environment.

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/models/encoder/parity.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class LiveEncoder : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kOraclePython)) GTEST_SKIP() << "the oracle environment is not installed";
    made_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(made_);
  }
  void TearDown() override {
    if (!made_.empty()) fs::remove_all(made_);
  }
  void make(const std::string& arguments) const {
    const std::string command = fmt::format("{} {}/tests/oracle/bert_fixtures.py {} 2>/dev/null",
                                            kOraclePython.string(), RNB_SOURCE_DIR, arguments);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  fs::path made_;
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
