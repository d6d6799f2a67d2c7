// SentencePiece BPE, trained on the source: identity normalisation and byte fallback, so that every text
// round-trips. SentencePiece writes spaces as U+2581 and cannot tell a real U+2581 from a space; its pieces
// never see one here: U+2581 in the text is passed as U+F8FF "m", and a real U+F8FF as U+F8FF "e".

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace {

constexpr std::string_view kMeta = "\xE2\x96\x81";    // U+2581
constexpr std::string_view kEscape = "\xEF\xA3\xBF";  // U+F8FF

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kMeta)) {
      out.append(kEscape) += 'm';
      at += kMeta.size();
    } else if (text.substr(at).starts_with(kEscape)) {
      out.append(kEscape) += 'e';
      at += kEscape.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (!text.substr(at).starts_with(kEscape)) {
      out += text[at++];
      continue;
    }
    at += kEscape.size();
    out += text.substr(at).starts_with('e') ? kEscape : kMeta;
    at += at < text.size();
  }
  return out;
}

class SentencePieceTokenizer : public Tokenizer {
 public:
  SentencePieceTokenizer(std::string model, const std::string& where) : model_(std::move(model)) {
    const auto status = processor_.LoadFromSerializedProto(model_);
    if (!status.ok()) fail("sentencepiece", "{}: cannot be loaded: {}", where, status.ToString());
  }
  std::string kind() const override { return "sentencepiece"; }
  int32_t vocab_size() const override { return processor_.GetPieceSize(); }
  int32_t bos_id() const override { return processor_.bos_id(); }
  int32_t eos_id() const override { return processor_.eos_id(); }

  std::vector<int32_t> encode(std::string_view text) const override {
    require_utf8(text, "text");
    std::vector<int> ids;
    const std::string plain = escaped(text);
    const auto status = processor_.Encode(plain, &ids);
    if (!status.ok()) fail("sentencepiece", "cannot encode: {}", status.ToString());
    return {ids.begin(), ids.end()};
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::vector<int> plain;
    for (const int32_t id : ids) {
      if (id < 0 || id >= vocab_size())
        fail("sentencepiece", "token id {} is outside the vocabulary of {}", id, vocab_size());
      plain.push_back(id);
    }
    std::string text;
    const auto status = processor_.Decode(plain, &text);
    if (!status.ok()) fail("sentencepiece", "cannot decode: {}", status.ToString());
    return unescaped(text);
  }

  void save(const std::filesystem::path& folder) const override {
    write_file_atomic(folder / "sentencepiece.model", model_);
  }
  std::string digest() const override { return sha256_hex(model_); }

 private:
  std::string model_;
  sentencepiece::SentencePieceProcessor processor_;
};

class Texts : public sentencepiece::SentenceIterator {
 public:
  explicit Texts(const std::vector<std::string>& texts) : texts_(texts) { set(); }
  bool done() const override { return at_ >= texts_.size(); }
  void Next() override {
    ++at_;
    set();
  }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void set() {
    if (at_ >= texts_.size()) return;
    value_ = escaped(texts_[at_]);
    for (char& c : value_)
      if (c == '\n' || c == '\r' || c == '\0') c = ' ';  // the trainer reads lines
  }
  const std::vector<std::string>& texts_;
  size_t at_ = 0;
  std::string value_;
};

}  // namespace

std::unique_ptr<Tokenizer> load_sentencepiece_tokenizer(const std::filesystem::path& file) {
  return std::make_unique<SentencePieceTokenizer>(read_text_file(file), file.string());
}

std::unique_ptr<Tokenizer> train_sentencepiece(const std::vector<std::string>& texts, int32_t vocab_size) {
  if (texts.empty()) fail("sentencepiece", "there is no text to train a tokenizer on");
  if (vocab_size < 300 || vocab_size > 1'000'000)
    fail_usage("tokenizer",
               "a trained vocabulary of {} pieces; expected 300 to 1000000 (256 are single bytes)",
               vocab_size);
  Texts iterator(texts);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      std::unordered_map<std::string, std::string>{{"model_type", "bpe"},
                                                   {"vocab_size", std::to_string(vocab_size)},
                                                   {"hard_vocab_limit", "false"},
                                                   {"normalization_rule_name", "identity"},
                                                   {"byte_fallback", "true"},
                                                   {"add_dummy_prefix", "false"},
                                                   {"remove_extra_whitespaces", "false"},
                                                   {"character_coverage", "0.9995"},
                                                   {"num_threads", "1"},
                                                   {"minloglevel", "2"}},
      &iterator, &model);
  if (!status.ok())
    fail("sentencepiece", "training failed: {}; a smaller vocabulary or more text may help",
         status.ToString());
  return std::make_unique<SentencePieceTokenizer>(std::move(model), "trained model");
}

}  // namespace rnb
