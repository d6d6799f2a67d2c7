#include "models/clip_sizes.h"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace {

constexpr ClipSize kSizes[] = {{"clip-pico", {2, 32, 2}, {2, 32, 2}, 32, 8, 32, 32},
                               {"clip-nano", {4, 128, 4}, {4, 128, 4}, 64, 16, 77, 128},
                               {"clip-mini", {6, 256, 8}, {6, 256, 8}, 64, 8, 77, 256},
                               {"clip-vit-b-32", {12, 768, 12}, {12, 512, 8}, 224, 32, 77, 512}};

// Of a layer: four attention matrices, two of the MLP, all with biases, and two norms.
int64_t tower_parameters(const TowerSize& t) {
  const int64_t d = t.width;
  return t.layers * (4 * (d * d + d) + 8 * d * d + 5 * d + 4 * d);
}

}  // namespace

std::span<const ClipSize> clip_sizes() {
  return kSizes;
}

const ClipSize* find_clip_size(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kSizes), std::end(kSizes), [&](const ClipSize& s) { return s.name == name; });
  return found == std::end(kSizes) ? nullptr : found;
}

bool is_clip(const std::string& name_or_folder) {
  if (find_clip_size(name_or_folder)) return true;
  const auto config = std::filesystem::path(name_or_folder) / "config.json";
  std::error_code code;
  if (!std::filesystem::is_regular_file(config, code)) return false;
  try {
    const auto json = read_json_file(config);
    return json.is_object() && json.value("model_type", nlohmann::json()) == "clip";
  } catch (const Error&) {
    return false;
  }
}

int64_t parameter_count(const ClipSize& s, int64_t vocab_size, int64_t context) {
  const int64_t v = s.vision.width, t = s.text.width, side = s.image_size / s.patch_size;
  const int64_t vision =
      v + 3 * s.patch_size * s.patch_size * v + (side * side + 1) * v + 4 * v + tower_parameters(s.vision);
  const int64_t text =
      (vocab_size + (context > 0 ? context : s.context)) * t + 2 * t + tower_parameters(s.text);
  return vision + text + s.embedding * (v + t) + 1;
}

}  // namespace rnb
