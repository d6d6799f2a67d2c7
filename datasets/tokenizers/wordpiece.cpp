// BERT's uncased WordPiece: the same ids as Hugging Face's BertTokenizer. Special tokens' names in the text
// are text like any other.

#include <algorithm>
#include <unordered_map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizers/bert_words.h"
#include "datasets/tokenizers/code_points.h"
#include "datasets/tokenizers/tokenizer_file.h"
#include "datasets/tokenizers/wordpiece_json.h"

namespace rnb {
namespace {

// One token per line; the line's number is its id.
std::vector<std::string> read_vocab(std::string_view text, const std::string& where) {
  require_utf8(text, where);
  std::vector<std::string> tokens;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view token = text.substr(at, end - at);
    if (token.ends_with('\r')) token.remove_suffix(1);
    tokens.emplace_back(token);
    at = end + 1;
  }
  return tokens;
}

// Of vocab.txt, or of a tokenizer.json in its form.
std::string vocabulary_text(const std::filesystem::path& file) {
  return file.filename() == "tokenizer.json" ? wordpiece_vocabulary(file) : read_tokenizer_file(file);
}

constexpr size_t kLongestWord = 100;  // code points; longer words are unknown

size_t code_points(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

struct WordPieceTokenizer::Tables {
  std::vector<std::string> tokens;
  std::unordered_map<std::string, int32_t, TextHash, std::equal_to<>> ids;
  int32_t cls = 0, sep = 0, unknown = 0, pad = 0;

  // Greedy longest match; the whole word is unknown where nothing matches.
  void append_word(const std::string& word, std::vector<int32_t>& out) const {
    const size_t before = out.size();
    std::string candidate;
    for (size_t start = 0; start < word.size();) {
      candidate.assign(start > 0 ? "##" : "").append(word, start);
      const size_t least = candidate.size() - (word.size() - start);
      auto it = ids.find(candidate);
      while (it == ids.end() && candidate.size() > least) {
        while ((static_cast<unsigned char>(candidate.back()) & 0xC0) == 0x80) candidate.pop_back();
        candidate.pop_back();
        if (candidate.size() > least) it = ids.find(candidate);
      }
      if (it == ids.end()) {
        out.resize(before);
        out.push_back(unknown);
        return;
      }
      out.push_back(it->second);
      start += candidate.size() - least;
    }
  }
};

WordPieceTokenizer::WordPieceTokenizer(const std::filesystem::path& file)
    : tables_(std::make_unique<Tables>()) {
  tables_->tokens = read_vocab(vocabulary_text(file), file.string());
  for (size_t id = 0; id < tables_->tokens.size(); ++id)
    tables_->ids.insert_or_assign(tables_->tokens[id], static_cast<int32_t>(id));
  const auto special = [&](const char* name) {
    const auto it = tables_->ids.find(name);
    if (it == tables_->ids.end())
      fail("wordpiece", "{}: has no {}; is this BERT's vocab.txt?", file.string(), name);
    return it->second;
  };
  tables_->cls = special("[CLS]");
  tables_->sep = special("[SEP]");
  tables_->unknown = special("[UNK]");
  tables_->pad = special("[PAD]");
}

WordPieceTokenizer::~WordPieceTokenizer() = default;
int32_t WordPieceTokenizer::vocab_size() const {
  return static_cast<int32_t>(tables_->tokens.size());
}
int32_t WordPieceTokenizer::pad_id() const {
  return tables_->pad;
}
const std::string& WordPieceTokenizer::token(int32_t id) const {
  if (id < 0 || id >= vocab_size())
    fail("wordpiece", "token id {} is outside the vocabulary of {}", id, vocab_size());
  return tables_->tokens[static_cast<size_t>(id)];
}

WordPieceEncoding WordPieceTokenizer::encode(std::string_view text, int64_t max_length) const {
  RNB_ASSERT(max_length >= 2);  // room for [CLS] and [SEP]
  require_utf8(text, "text");
  WordPieceEncoding out;
  out.ids.push_back(tables_->cls);
  for (const std::string& word : bert_words(text)) {
    if (code_points(word) > kLongestWord) {
      out.ids.push_back(tables_->unknown);
    } else {
      tables_->append_word(word, out.ids);
    }
  }
  if (static_cast<int64_t>(out.ids.size()) + 1 > max_length) {
    out.ids.resize(static_cast<size_t>(max_length - 1));
    out.cut = true;
  }
  out.ids.push_back(tables_->sep);
  return out;
}

namespace {

class WordPieces : public Tokenizer {
 public:
  explicit WordPieces(const std::filesystem::path& file) : vocab_text_(vocabulary_text(file)), pieces_(file) {
    const auto empty = pieces_.encode("", 2).ids;
    cls_ = empty[0];
    sep_ = empty[1];
  }
  std::string kind() const override { return "wordpiece"; }
  int32_t vocab_size() const override { return pieces_.vocab_size(); }
  int32_t bos_id() const override { return cls_; }
  int32_t eos_id() const override { return sep_; }

  std::vector<int32_t> encode(std::string_view text) const override {
    auto ids = pieces_.encode(text, INT64_MAX).ids;
    ids.pop_back();
    ids.erase(ids.begin());
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string out;
    for (const int32_t id : ids) {
      const std::string& token = pieces_.token(id);
      if (id == cls_ || id == sep_ || id == pieces_.pad_id()) continue;
      if (token.starts_with("##")) {
        out.append(token, 2);
      } else {
        out.append(out.empty() ? "" : " ").append(token);
      }
    }
    return out;
  }

  void save(const std::filesystem::path& folder) const override {
    write_file_atomic(folder / "vocab.txt", vocab_text_);
  }
  std::string digest() const override { return sha256_hex(vocab_text_); }

 private:
  std::string vocab_text_;
  WordPieceTokenizer pieces_;
  int32_t cls_ = 0, sep_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> load_wordpiece_tokenizer(const std::filesystem::path& vocab_txt) {
  return std::make_unique<WordPieces>(vocab_txt);
}

}  // namespace rnb
