#pragma once
// A byte-level BPE tokenizer put together from its parts: GPT-2, Qwen2, ModernBERT, CLIP, ...

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/tokenizer.h"
#include "datasets/tokenizers/added_tokens.h"
#include "datasets/tokenizers/byte_bpe.h"
#include "datasets/tokenizers/text_normalizer.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {

struct BpeParts {
  std::string kind;
  TextNormalizer normalizer;
  AddedTokens raw, normalized;  // found before and after normalising
  bool prefix_space = false;    // each piece of plain text starts with a space
  std::unique_ptr<WordSplitter> words;
  std::unique_ptr<ByteBpe> bpe;
  std::vector<int32_t> before, after;  // what an encoder reads around a text
  int32_t bos = -1, eos = -1, pad = -1;
  std::vector<std::pair<std::string, std::string>> files;  // name, content: what the parts were read from
};

class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(BpeParts parts);
  std::string kind() const override { return parts_.kind; }
  int32_t vocab_size() const override { return vocab_size_; }
  int32_t bos_id() const override { return parts_.bos; }
  int32_t eos_id() const override { return parts_.eos; }
  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_with_specials(std::string_view text) const override;
  std::string decode(std::span<const int32_t> ids) const override;  // leaves control tokens out
  void save(const std::filesystem::path& folder) const override;
  std::string digest() const override;
  const BpeParts& parts() const { return parts_; }

 private:
  std::vector<int32_t> encode(std::string_view text, Specials specials) const;
  BpeParts parts_;
  int32_t vocab_size_ = 0;
};

}  // namespace rnb
