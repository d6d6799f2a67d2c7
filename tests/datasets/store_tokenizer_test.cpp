#include "datasets/store_tokenizer.h"

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::ElementsAre;

// A token per byte; BOS 300, EOS 301.
class Bytes : public Tokenizer {
 public:
  std::string kind() const override { return "bytes"; }
  int32_t vocab_size() const override { return 302; }
  std::vector<int32_t> encode(std::string_view text) const override { return {text.begin(), text.end()}; }
  std::string decode(std::span<const int32_t> ids) const override { return {ids.begin(), ids.end()}; }
  int32_t bos_id() const override { return 300; }
  int32_t eos_id() const override { return 301; }
  void save(const std::filesystem::path&) const override {}
  std::string digest() const override { return ""; }
};

TEST(Encode, IsBosPromptCompletionEos) {
  const Example e{.id = "", .prompt = "ab", .completion = "c", .domain = ""};
  const Encoded plain = encode(Bytes(), e, LossOn::Completion, Written::Plainly);
  EXPECT_THAT(plain.tokens, ElementsAre(300, 'a', 'b', 'c', 301));
  EXPECT_EQ(plain.loss_from, 3);  // 'c' is the first token that is predicted with a loss
  EXPECT_EQ(encode(Bytes(), e, LossOn::All, Written::Plainly).loss_from, 0);
  const Encoded marked = encode(Bytes(), e, LossOn::Completion, Written::WithControlTokens);
  EXPECT_THAT(marked.tokens, ElementsAre('a', 'b', 'c'));
  EXPECT_EQ(marked.loss_from, 2);
}

TEST(SplitFor, IsTheSourcesWordOrTheIds) {
  Example e{.id = "x", .prompt = "", .completion = "", .domain = ""};
  EXPECT_EQ(split_for(e, 3), split_of("x", 3));
  e.hint = SplitHint::Train;
  EXPECT_EQ(split_for(e, 3), Split::Train);
  e.hint = SplitHint::Valid;
  EXPECT_EQ(split_for(e, 3), Split::Valid);
  e.hint = SplitHint::Test;
  EXPECT_EQ(split_for(e, 3), Split::Test);
}

TEST(TokenizerRequest, IsTheWordOrTheDigestOfAFolder) {
  PrepareOptions options;
  EXPECT_EQ(tokenizer_request(options, 0), "train:4096");
  options.tokenizer = "train:300";
  EXPECT_EQ(tokenizer_request(options, 0), "train:300");
  const ScratchFolder folder;
  folder.write("ids.json", R"({"vocab_size": 9})");
  options.tokenizer = folder.path();
  EXPECT_EQ(tokenizer_request(options, 0), make_ids_tokenizer(9)->digest());
  EXPECT_EQ(tokenizer_request(options, 9), folder.path());  // not read: the data is made of tokens
}

TEST(MakeTokenizer, RefusesAWordThatIsNoSize) {
  PrepareOptions options;
  options.dataset = "skills";
  for (const char* wrong : {"train:", "train:x", "train:300x"}) {
    options.tokenizer = wrong;
    EXPECT_THROW(make_tokenizer(options, source_spec("skills"), 0), UsageError) << wrong;
  }
  EXPECT_EQ(make_tokenizer(options, source_spec("skills"), 64)->vocab_size(), 64);
}

}  // namespace
}  // namespace rnb
