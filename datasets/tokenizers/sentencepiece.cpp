// SentencePiece BPE, trained on the source: identity normalisation and byte fallback, so that every text
// round-trips. SentencePiece writes spaces as U+2581 and cannot tell a real U+2581 from a space; its pieces
// never see one here: U+2581 in the text is passed as U+F8FF "m", and a real U+F8FF as U+F8FF "e".

#include <algorithm>

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/tokenizer_file.h"

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

// The texts as the trainer's lines. It skips whole lines that are longer than 4,192 bytes or hold a tab or
// U+2585, which it uses itself, so texts are cut there; nothing else of them is lost.
class Lines : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& texts) : texts_(texts) { Next(); }
  bool done() const override { return done_; }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

  void Next() override {
    for (line_.clear(); line_.empty() && !done_;) {
      if (at_ < text_.size()) {
        cut_line();
      } else if (next_text_ < texts_.size()) {
        text_ = escaped(texts_[next_text_++]);
        at_ = 0;
      } else {
        done_ = true;
      }
    }
  }

 private:
  void cut_line() {
    constexpr std::string_view kBorders("\t\n\r\0", 4), kReserved = "\xE2\x96\x85";
    constexpr size_t kLongest = 4096;
    const size_t border = std::min(text_.find_first_of(kBorders, at_), text_.size());
    const size_t reserved = std::min(text_.find(kReserved, at_), text_.size());
    size_t end = std::min(border, reserved);
    size_t skip = end == text_.size() ? 0 : border < reserved ? 1 : kReserved.size();
    if (end - at_ > kLongest) {
      end = at_ + kLongest;
      while ((static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) --end;
      skip = 0;
    }
    line_.assign(text_, at_, end - at_);
    at_ = end + skip;
  }

  const std::vector<std::string>& texts_;
  size_t next_text_ = 0, at_ = 0;
  std::string text_, line_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> load_sentencepiece_tokenizer(const std::filesystem::path& file) {
  return std::make_unique<SentencePieceTokenizer>(read_tokenizer_file(file), file.string());
}

std::unique_ptr<Tokenizer> train_sentencepiece(const std::vector<std::string>& texts, int32_t vocab_size) {
  if (texts.empty()) fail("sentencepiece", "there is no text to train a tokenizer on");
  if (vocab_size < 300 || vocab_size > 1'000'000)
    fail_usage("tokenizer",
               "a trained vocabulary of {} pieces; expected 300 to 1000000 (256 are single bytes)",
               vocab_size);
  for (const std::string& text : texts) require_utf8(text, "a text to train the tokenizer on");
  Lines lines(texts);
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
      &lines, &model);
  if (!status.ok())
    fail("sentencepiece",
         "training failed: {}. Does the vocabulary have room for every character of the texts?",
         status.ToString());
  return std::make_unique<SentencePieceTokenizer>(std::move(model), "trained model");
}

}  // namespace rnb
