#include "models/language_model.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/suggest.h"
#include "models/gpt_neo.h"
#include "models/model_sizes.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

GptNeoConfig named_config(const ModelSize& size, int64_t vocab_size, int64_t context) {
  GptNeoConfig c;
  c.vocab_size = vocab_size;
  c.width = size.width;
  c.layers = size.layers;
  c.heads = size.heads;
  c.inner = 4 * size.width;
  c.max_positions = std::max(size.context, context);
  for (int64_t i = 0; i < size.layers; ++i) c.local.push_back(i % 2 == 1);  // global first, as published
  return c;
}

}  // namespace

int64_t LanguageModel::parameter_count() const {
  int64_t n = 0;
  for (const NamedParameter& p : parameters()) n += p.tensor.numel();
  return n;
}

std::unique_ptr<LanguageModel> make_language_model(const std::string& size, int64_t vocab_size,
                                                   int64_t context, uint64_t seed, torch::Device device) {
  if (const ModelSize* named = find_model_size(size))
    return std::make_unique<GptNeo>(named_config(*named, vocab_size, context),
                                    context > 0 ? context : named->context, seed, device);
  const fs::path config = fs::path(size) / "config.json";
  if (!fs::exists(config)) {
    std::vector<std::string> names;
    for (const ModelSize& s : model_sizes()) names.emplace_back(s.name);
    fail_usage("model", "'{}' is neither a named size nor a folder with a config.json{}", size,
               suggestion(size, names));
  }
  const auto type = json_field<std::string>(read_json_file(config), "model_type", config.string());
  if (std::count(model_types().begin(), model_types().end(), type) == 0)
    fail("model", "{}: model_type '{}' is not a language model that rnb knows; expected {}", config.string(),
         type, fmt::join(model_types(), " or "));
  const GptNeoConfig c = read_gpt_neo_config(config);
  if (context > c.max_positions)
    fail_usage("model", "--context {} exceeds the {} positions of {}", context, c.max_positions, size);
  return std::make_unique<GptNeo>(c, context > 0 ? context : c.max_positions, load_safetensors(size), size,
                                  device);
}

void save_hugging_face(const LanguageModel& model, const fs::path& folder) {
  const auto write = [&](const fs::path& into) {
    TensorMap tensors;
    for (const NamedParameter& p : model.parameters()) tensors[p.name] = p.tensor.detach();
    save_safetensors(into / "model.safetensors", tensors);
    write_file_atomic(into / "config.json", model.config().dump(2) + "\n");
  };
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    if (!written_by_rnb(folder / "model.safetensors"))
      fail(
          "model",
          "{}: exists and holds no model that rnb saved, so nothing is written over it; move it away or name "
          "another folder",
          folder.string());
    return write(folder);
  }
  AtomicFolder out(folder);
  write(out.path());
  out.commit();
}

}  // namespace rnb
