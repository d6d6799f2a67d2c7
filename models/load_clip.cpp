// A CLIP by name or from a folder, and back into one.

#include "base/error.h"
#include "base/suggest.h"
#include "models/clip.h"
#include "models/clip_sizes.h"
#include "models/save_model.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

ClipTower tower(const TowerSize& size) {
  // The exact GELU, as in OpenCLIP's ViT-B-32, which DataComp trains.
  return {size.width, size.layers, size.heads, 4 * size.width, 1e-5, "gelu"};
}

}  // namespace

Clip make_clip(const std::string& size, const ClipVocabulary& words, int64_t context, uint64_t seed,
               torch::Device device) {
  if (const ClipSize* named = find_clip_size(size)) {
    ClipConfig c;
    c.text = tower(named->text);
    c.vision = tower(named->vision);
    c.vocab_size = words.size;
    c.eos_token_id = words.eos_token_id;
    c.positions = context > 0 ? context : named->context;
    c.image_size = named->image_size;
    c.patch_size = named->patch_size;
    c.embedding = named->embedding;
    return {c, seed, device};
  }
  const fs::path config = fs::path(size) / "config.json";
  if (!fs::exists(config)) {
    std::vector<std::string> names;
    for (const ClipSize& s : clip_sizes()) names.emplace_back(s.name);
    fail_usage("model", "'{}' is neither a named CLIP nor a folder with a config.json{}", size,
               suggestion(size, names));
  }
  const ClipConfig c = read_clip_config(config);
  if (context > c.positions)
    fail_usage("model", "--context {} exceeds the {} positions of {}", context, c.positions, size);
  if (device.is_meta()) return {c, 0, device};  // shapes alone
  return {c, load_safetensors(size), size, device};
}

void save_hugging_face(const Clip& model, const fs::path& folder) {
  save_model(model.parameters(), to_json(model.config()), folder);
}

}  // namespace rnb
