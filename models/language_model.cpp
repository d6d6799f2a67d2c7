#include "models/language_model.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/suggest.h"
#include "models/gpt_neo.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

struct Size {
  const char* name;
  int64_t layers, width, heads, context;
};
constexpr Size kSizes[] = {{"pico", 2, 32, 2, 32},
                           {"nano", 4, 128, 4, 64},
                           {"mini", 6, 256, 8, 128},
                           {"gpt-neo-125m", 12, 768, 12, 2048}};

GptNeoConfig named_config(const Size& size, int64_t vocab_size, int64_t context) {
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
  std::vector<std::string> names;
  for (const Size& s : kSizes) {
    names.emplace_back(s.name);
    if (size == s.name)
      return std::make_unique<GptNeo>(named_config(s, vocab_size, context), context > 0 ? context : s.context,
                                      seed, device);
  }
  const fs::path config = fs::path(size) / "config.json";
  if (!fs::exists(config))
    fail_usage("model", "'{}' is neither a named size nor a folder with a config.json{}", size,
               suggestion(size, names));
  const auto type = json_field<std::string>(read_json_file(config), "model_type", config.string());
  if (type != "gpt_neo")
    fail("model", "{}: model_type '{}' is not a language model that rnb knows; expected gpt_neo",
         config.string(), type);
  const GptNeoConfig c = read_gpt_neo_config(config);
  if (context > c.max_positions)
    fail_usage("model", "--context {} exceeds the {} positions of {}", context, c.max_positions, size);
  return std::make_unique<GptNeo>(c, context > 0 ? context : c.max_positions, load_safetensors(size), size,
                                  device);
}

void save_hugging_face(const LanguageModel& model, const fs::path& folder) {
  AtomicFolder out(folder);
  TensorMap tensors;
  for (const NamedParameter& p : model.parameters()) tensors[p.name] = p.tensor.detach();
  save_safetensors(out.path() / "model.safetensors", tensors);
  write_file_atomic(out.path() / "config.json", model.config().dump(2) + "\n");
  out.commit();
}

}  // namespace rnb
