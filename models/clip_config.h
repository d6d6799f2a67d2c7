#pragma once
// The shape of a CLIP, as config.json of transformers' CLIPModel describes it.

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "models/block_shape.h"

namespace rnb {

struct ClipTower {
  int64_t width = 0, layers = 0, heads = 0, inner = 0;
  double layer_norm_epsilon = 1e-5;
  std::string activation = "quick_gelu";  // quick_gelu | gelu | gelu_new
};

struct ClipConfig {
  ClipTower text, vision;
  int64_t vocab_size = 0, positions = 77, eos_token_id = 0;  // of the text
  int64_t image_size = 0, patch_size = 0;                    // pixels per side
  int64_t embedding = 0;                                     // width that both towers are projected to
  double logit_scale = 2.6592;                               // ln(1 / 0.07), where training starts

  int64_t patches() const { return (image_size / patch_size) * (image_size / patch_size); }
  // Where a text is pooled. transformers reads 2, which old configurations hold by mistake, as "the largest
  // id".
  bool pools_at_largest() const { return eos_token_id == 2; }
};

ClipConfig read_clip_config(const std::filesystem::path& config_json);  // Error naming file and key
BlockShape block_shape(const ClipTower& tower);                         // for the bill of a step
nlohmann::json to_json(const ClipConfig& config);  // as read_clip_config and transformers read it

}  // namespace rnb
