#pragma once
// Text to token ids and back. Encoding is thread-safe; encode -> decode gives the bytes back, except where
// the tokenizer's files ask for another text (Unicode normalisation, lower case, a space in front).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::string kind()
      const = 0;  // "gpt2", "clip", "tokenizer.json", "sentencepiece", "wordpiece", "ids"
  virtual int32_t vocab_size() const = 0;
  // UTF-8 in; no special tokens are added. Throws Error at invalid UTF-8, naming the byte offset.
  virtual std::vector<int32_t> encode(std::string_view text) const = 0;
  // Control tokens written in the text ("<|im_start|>") become their ids.
  virtual std::vector<int32_t> encode_with_specials(std::string_view text) const { return encode(text); }
  virtual std::string decode(std::span<const int32_t> ids) const = 0;
  virtual int32_t bos_id() const = 0;  // starts every example; -1: none
  virtual int32_t eos_id() const = 0;  // ends every example; -1: none
  // Writes the files that load_tokenizer needs into a folder.
  virtual void save(const std::filesystem::path& folder) const = 0;
  virtual std::string digest() const = 0;  // SHA-256 over what save() writes
};

// A folder with sentencepiece.model, or tokenizer.json (Hugging Face `tokenizers`; goes before the older
// files beside it), or vocab.json + merges.txt (GPT-2, CLIP), or bpe_simple_vocab_16e6.txt.gz (CLIP), or
// vocab.txt (BERT), or ids.json (the `ids` tokenizer). A tokenizer.json that asks for what there is no code
// for is an Error that names it.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder);

std::unique_ptr<Tokenizer> load_gpt2_tokenizer(const std::filesystem::path& folder);
std::unique_ptr<Tokenizer> load_sentencepiece_tokenizer(const std::filesystem::path& model_file);
// WordPiece as a Tokenizer ([CLS] starts, [SEP] ends an example). The exception to the rule above: decode
// gives the words back, not the bytes (case, accents and white space are gone after encode).
std::unique_ptr<Tokenizer> load_wordpiece_tokenizer(const std::filesystem::path& vocab_txt);
// "3 17 9" <-> {3, 17, 9}, for data that is made of tokens.
std::unique_ptr<Tokenizer> make_ids_tokenizer(int32_t vocab_size);

// Trains a SentencePiece BPE (identity normalisation, byte fallback, so that every text round-trips) on the
// texts. Deterministic: one thread decides the result.
std::unique_ptr<Tokenizer> train_sentencepiece(const std::vector<std::string>& texts, int32_t vocab_size);

// BERT's uncased WordPiece (vocab.txt): basic tokenizer + greedy longest match, as Hugging Face's
// BertTokenizer.
struct WordPieceEncoding {
  std::vector<int32_t> ids;  // with [CLS] ... [SEP]; cut to max_length
  bool cut = false;
};
class WordPieceTokenizer {
 public:
  explicit WordPieceTokenizer(const std::filesystem::path& vocab_txt);
  ~WordPieceTokenizer();
  WordPieceEncoding encode(std::string_view text, int64_t max_length) const;
  int32_t vocab_size() const;
  int32_t pad_id() const;
  const std::string& token(int32_t id) const;  // throws Error outside the vocabulary

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

// Throws Error "[utf-8] ...: byte offset N ..." unless `text` is valid UTF-8; `where` starts the message.
void require_utf8(std::string_view text, std::string_view where);

}  // namespace rnb
