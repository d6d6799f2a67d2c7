#pragma once
// What a sentence-transformers folder says besides the weights: its modules, pooling, length limit and
// prompts.

#include <cstdint>
#include <filesystem>
#include <string>

namespace rnb {

// The longest sequence to encode, [CLS] and [SEP] included: sentence_bert_config.json's max_seq_length, else
// tokenizer_config.json's model_max_length, else `usual`, never above `positions`. Throws Error unless the
// folder's vectors are mean-pooled (modules.json, 1_Pooling/config.json) and a WordPiece tokenizer is
// uncased; a plain Hugging Face folder has none of these files and is pooled the same way.
int64_t read_sentence_folder(const std::filesystem::path& folder, int64_t positions, int64_t usual = 512);

// What is put before a text: the prompt of that name in config_sentence_transformers.json, whose absence is
// an Error. Without a name: `preferred` where it is there, else the folder's default, else nothing.
std::string read_prompt(const std::filesystem::path& folder, const std::string& name,
                        const std::string& preferred = "");

}  // namespace rnb
