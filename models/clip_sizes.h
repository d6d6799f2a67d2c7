#pragma once
// The CLIPs that a run can train by name, without LibTorch.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rnb {

struct TowerSize {
  int64_t layers, width, heads;  // its MLP is 4 width wide
};
struct ClipSize {
  const char* name;
  TowerSize vision, text;
  int64_t image_size, patch_size;  // pixels per side
  int64_t context;                 // tokens
  int64_t embedding;               // width of the space that both towers are projected to
};
std::span<const ClipSize> clip_sizes();
const ClipSize* find_clip_size(std::string_view name);  // nullptr: no such name

// Is it the name of a size here, or a folder whose config.json says model_type clip? A folder that cannot be
// read is not; whoever opens it says why.
bool is_clip(const std::string& name_or_folder);

// Trained numbers of that size; context 0 is the size's own.
int64_t parameter_count(const ClipSize& size, int64_t vocab_size, int64_t context);

}  // namespace rnb
