#pragma once
// The text encoders that load_text_encoder chooses from, by config.json's model_type.

#include <filesystem>
#include <memory>

#include "models/text_encoder.h"

namespace rnb {

std::unique_ptr<TextEncoder> load_bert(const std::filesystem::path& folder, torch::Device device);
std::unique_ptr<TextEncoder> load_modernbert(const std::filesystem::path& folder, torch::Device device);

}  // namespace rnb
