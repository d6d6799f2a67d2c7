#pragma once
// A copy of a model's folder that a test may spoil.

#include <filesystem>
#include <memory>

#include <nlohmann/json.hpp>

#include "base/json_file.h"
#include "models/language_model.h"
#include "models/safetensors.h"
#include "tests/base/scratch_folder.h"

namespace rnb {

class ModelFolder {
 public:
  explicit ModelFolder(const std::filesystem::path& original)
      : config_(read_json_file(original / "config.json")), tensors_(load_safetensors(original)) {
    write(config_);
    write(tensors_);
  }
  const nlohmann::json& config() const { return config_; }  // as in the original
  const TensorMap& tensors() const { return tensors_; }

  void write(const nlohmann::json& config) const { scratch_.write("config.json", config.dump()); }
  void write(const TensorMap& tensors) const {
    save_safetensors(scratch_.path() / "model.safetensors", tensors);
  }
  // The original's configuration but for one key.
  void configure(const char* key, const nlohmann::json& value) const {
    auto config = config_;
    config[key] = value;
    write(config);
  }
  std::unique_ptr<LanguageModel> load(torch::Device device = torch::kCPU) const {
    return make_language_model(scratch_.path().string(), 0, 0, 0, device);
  }
  // Of the configuration alone.
  std::unique_ptr<LanguageModel> shapes() const { return load(torch::kMeta); }

 private:
  ScratchFolder scratch_;
  nlohmann::json config_;
  TensorMap tensors_;
};

}  // namespace rnb
