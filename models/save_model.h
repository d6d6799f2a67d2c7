#pragma once
// A model as a Hugging Face folder.

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/named_parameter.h"

namespace rnb {

// Writes config.json and model.safetensors (names as transformers expects): a new folder appears whole. In a
// folder that holds an earlier save these two files are replaced, each atomically, and all others stay; any
// other folder that is not empty is an Error.
void save_model(const std::vector<NamedParameter>& parameters, const nlohmann::json& config,
                const std::filesystem::path& folder);

}  // namespace rnb
