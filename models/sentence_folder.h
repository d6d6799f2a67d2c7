#pragma once
// What a sentence-transformers folder says besides the weights: its modules, pooling and length limit.

#include <cstdint>
#include <filesystem>

namespace rnb {

// The longest sequence to encode, [CLS] and [SEP] included: sentence_bert_config.json's max_seq_length, else
// 512, never above `positions`. Throws Error unless the folder's vectors are mean-pooled (modules.json,
// 1_Pooling/config.json) and its tokenizer is uncased; a plain Hugging Face folder has none of these files
// and is pooled the same way.
int64_t read_sentence_folder(const std::filesystem::path& folder, int64_t positions);

}  // namespace rnb
