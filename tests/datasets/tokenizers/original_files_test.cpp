// The published vocabularies (RNB_DATA_DIR), where their own documentation says what they give.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/tokenizer.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

using testing::ElementsAre;

TEST(Clip, OriginalFile) {
  const TemporaryFolder folder;
  const auto files = unpacked(folder, "tokenizers.tar.xz", "tokenizers/clip");
  if (!files) GTEST_SKIP() << "RNB_DATA_DIR is not set";
  const auto tokenizer = load_tokenizer(*files);
  EXPECT_EQ(tokenizer->kind(), "clip");
  EXPECT_EQ(tokenizer->vocab_size(), 49408);
  EXPECT_EQ(tokenizer->bos_id(), 49406);
  EXPECT_EQ(tokenizer->eos_id(), 49407);
  // From the documentation of transformers' CLIP and of OpenAI's notebook.
  EXPECT_THAT(tokenizer->encode("a photo of a cat"), ElementsAre(320, 1125, 539, 320, 2368));
  EXPECT_THAT(tokenizer->encode("  A  photo\nof a CAT "), ElementsAre(320, 1125, 539, 320, 2368));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("a photo of a cat")), "a photo of a cat");
  const TemporaryFolder copy;
  tokenizer->save(copy.path());
  EXPECT_EQ(load_tokenizer(copy.path())->digest(), tokenizer->digest());
}

TEST(Qwen, OriginalFile) {
  const TemporaryFolder folder;
  const auto files = unpacked(folder, "tokenizers.tar.xz", "tokenizers/qwen");
  if (!files) GTEST_SKIP() << "RNB_DATA_DIR is not set";
  const auto tokenizer = load_tokenizer(*files);
  EXPECT_EQ(tokenizer->vocab_size(), 151669);
  EXPECT_EQ(tokenizer->bos_id(), -1);
  EXPECT_EQ(tokenizer->eos_id(), 151645);  // <|im_end|>, of the chat models
  EXPECT_THAT(tokenizer->encode_with_specials("<|im_start|>user"), ElementsAre(151644, 872));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("def f(x):\n    return {'a': x**2}\n")),
            "def f(x):\n    return {'a': x**2}\n");
}

}  // namespace
}  // namespace rnb
