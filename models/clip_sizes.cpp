#include "models/clip_sizes.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace {

constexpr ClipSize kSizes[] = {{.name = "clip-pico",
                                .vision = {.layers = 2, .width = 32, .heads = 2},
                                .text = {.layers = 2, .width = 32, .heads = 2},
                                .image_size = 32,
                                .patch_size = 8,
                                .context = 32,
                                .embedding = 32},
                               {.name = "clip-nano",
                                .vision = {.layers = 4, .width = 128, .heads = 4},
                                .text = {.layers = 4, .width = 128, .heads = 4},
                                .image_size = 64,
                                .patch_size = 16,
                                .context = 77,
                                .embedding = 128},
                               {.name = "clip-mini",
                                .vision = {.layers = 6, .width = 256, .heads = 8},
                                .text = {.layers = 6, .width = 256, .heads = 8},
                                .image_size = 64,
                                .patch_size = 8,
                                .context = 77,
                                .embedding = 256},
                               {.name = "clip-vit-b-32",
                                .vision = {.layers = 12, .width = 768, .heads = 12},
                                .text = {.layers = 12, .width = 512, .heads = 8},
                                .image_size = 224,
                                .patch_size = 32,
                                .context = 77,
                                .embedding = 512}};

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
  for (const ClipSize& size : kSizes)
    if (size.name == name) return &size;
  return nullptr;
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
