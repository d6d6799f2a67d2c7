#pragma once
// Hugging Face safetensors: one file or a sharded folder (model.safetensors.index.json).

#include <filesystem>
#include <map>
#include <string>

#include <torch/torch.h>

namespace rnb {

using TensorMap = std::map<std::string, torch::Tensor>;

// Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names, from a folder; or one
// file. F64/F32/F16/BF16/I64/I32/I16/I8/U8/BOOL; copies out of the mapped file. Every offset, size and
// overlap is checked: Error naming file and tensor.
TensorMap load_safetensors(const std::filesystem::path& file_or_folder);

// Writes atomically; contiguous CPU copies, metadata {"format": "pt"} as transformers does, and the producer.
void save_safetensors(const std::filesystem::path& file, const TensorMap& tensors);

// Did save_safetensors write this file? False for a missing one; Error when it is no safetensors file.
bool written_by_rnb(const std::filesystem::path& file);

}  // namespace rnb
