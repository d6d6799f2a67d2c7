#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "datasets/tokenizer.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

TEST(IdsTokenizer, ReadsAndWritesNumbers) {
  const auto tokenizer = make_ids_tokenizer(64);
  EXPECT_THAT(tokenizer->encode("3 17 63  0"), testing::ElementsAre(3, 17, 63, 0));
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{3, 17, 9}), "3 17 9");
  EXPECT_TRUE(tokenizer->encode("").empty());
  EXPECT_EQ(tokenizer->bos_id(), -1);
  EXPECT_EQ(tokenizer->eos_id(), -1);
}

TEST(IdsTokenizer, RefusesWhatIsNotAnId) {
  const auto tokenizer = make_ids_tokenizer(64);
  for (const char* text : {"64", "-1", "3,4", "x", "3 4x", "99999999999", "1.5", "\t3"})
    EXPECT_THROW(tokenizer->encode(text), Error) << text;
  EXPECT_THROW(tokenizer->decode(std::vector<int32_t>{64}), Error);
  EXPECT_THROW(make_ids_tokenizer(0), Error);
}

TEST(IdsTokenizer, SavedFolderLoadsAsTheSameTokenizer) {
  const TemporaryFolder folder;
  make_ids_tokenizer(64)->save(folder.path());
  const auto again = load_tokenizer(folder.path());
  EXPECT_EQ(again->kind(), "ids");
  EXPECT_EQ(again->vocab_size(), 64);
  EXPECT_EQ(again->digest(), make_ids_tokenizer(64)->digest());
}

}  // namespace
}  // namespace rnb
