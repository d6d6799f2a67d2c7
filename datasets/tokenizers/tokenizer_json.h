#pragma once
// A folder with Hugging Face's tokenizer.json.

#include <filesystem>
#include <memory>

#include "datasets/tokenizers/bpe_tokenizer.h"

namespace rnb {

// A BpeTokenizer, or for BERT's WordPiece what load_wordpiece_tokenizer makes of it, or of the vocab.txt
// beside it. Beside tokenizer.json, tokenizer_config.json and special_tokens_map.json are read where they are
// there: they name the tokens that start, end and pad a text.
std::unique_ptr<Tokenizer> load_tokenizer_json(const std::filesystem::path& folder);

}  // namespace rnb
