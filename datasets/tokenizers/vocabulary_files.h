#pragma once
// The older ways to store a byte-level BPE: vocab.json with merges.txt, and CLIP's single file.

#include <filesystem>
#include <string_view>

#include "datasets/tokenizers/bpe_tokenizer.h"

namespace rnb {

// GPT-2's, or CLIP's where the vocabulary has <|startoftext|> and words end in </w>.
std::unique_ptr<BpeTokenizer> load_vocabulary_files(const std::filesystem::path& folder);
// CLIP's as OpenAI ships it, bpe_simple_vocab_16e6.txt.gz (or unpacked, without .gz).
std::unique_ptr<BpeTokenizer> load_clip_tokenizer(const std::filesystem::path& file);

// Adds "a b" lines, rank by rank.
void add_merge_lines(ByteBpe& bpe, std::string_view text, const std::string& where);

}  // namespace rnb
