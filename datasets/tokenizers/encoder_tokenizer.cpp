#include "datasets/tokenizers/encoder_tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "datasets/tokenizers/tokenizer_json.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

class WordPieceReader : public EncoderTokenizer {
 public:
  explicit WordPieceReader(const fs::path& vocab_txt) : pieces_(vocab_txt) {}
  std::vector<int32_t> encode(std::string_view text, int64_t max_length) const override {
    return pieces_.encode(text, max_length).ids;
  }
  int64_t leading() const override { return 1; }
  int64_t trailing() const override { return 1; }
  int32_t vocab_size() const override { return pieces_.vocab_size(); }
  int32_t pad_id() const override { return pieces_.pad_id(); }

 private:
  WordPieceTokenizer pieces_;
};

class BpeReader : public EncoderTokenizer {
 public:
  BpeReader(std::unique_ptr<Tokenizer> tokenizer, const BpeParts& parts)
      : tokenizer_(std::move(tokenizer)), parts_(parts) {}
  std::vector<int32_t> encode(std::string_view text, int64_t max_length) const override {
    std::vector<int32_t> ids(parts_.before);
    const auto own = tokenizer_->encode_with_specials(text);
    const int64_t room = max_length - leading() - trailing();
    RNB_ASSERT(room >= 0);
    const auto kept = std::min<int64_t>(room, static_cast<int64_t>(own.size()));
    ids.insert(ids.end(), own.begin(), own.begin() + kept);
    ids.insert(ids.end(), parts_.after.begin(), parts_.after.end());
    return ids;
  }
  int64_t leading() const override { return static_cast<int64_t>(parts_.before.size()); }
  int64_t trailing() const override { return static_cast<int64_t>(parts_.after.size()); }
  int32_t vocab_size() const override { return tokenizer_->vocab_size(); }
  int32_t pad_id() const override { return std::max(parts_.pad, 0); }

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
  const BpeParts& parts_;  // the tokenizer's
};

}  // namespace

std::unique_ptr<EncoderTokenizer> load_encoder_tokenizer(const fs::path& folder) {
  if (fs::exists(folder / "vocab.txt")) return std::make_unique<WordPieceReader>(folder / "vocab.txt");
  if (!fs::exists(folder / "tokenizer.json"))
    fail("encoder", "{}: has neither vocab.txt nor tokenizer.json; expected an encoder's folder",
         folder.string());
  auto tokenizer = load_tokenizer_json(folder);
  const auto* const bpe = dynamic_cast<const BpeTokenizer*>(tokenizer.get());
  if (!bpe) return std::make_unique<WordPieceReader>(folder / "tokenizer.json");
  const BpeParts& parts = bpe->parts();
  return std::make_unique<BpeReader>(std::move(tokenizer), parts);
}

}  // namespace rnb
