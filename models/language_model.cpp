#include "models/language_model.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/suggest.h"
#include "models/gpt_neo.h"
#include "models/model_sizes.h"
#include "models/qwen2.h"
#include "models/save_model.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

GptNeoConfig named_gpt_neo(const ModelSize& size, int64_t vocab_size, int64_t context) {
  GptNeoConfig c;
  c.vocab_size = vocab_size;
  c.width = size.width;
  c.layers = size.layers;
  c.heads = size.heads;
  c.inner = size.inner;
  c.max_positions = std::max(size.context, context);
  for (int64_t i = 0; i < size.layers; ++i) c.local.push_back(i % 2 == 1);  // global first, as published
  return c;
}

Qwen2Config named_qwen2(const ModelSize& size, int64_t vocab_size, int64_t context) {
  Qwen2Config c;
  c.vocab_size = vocab_size;
  c.width = size.width;
  c.layers = size.layers;
  c.heads = size.heads;
  c.kv_heads = size.kv_heads;
  c.head_width = size.width / size.heads;
  c.inner = size.inner;
  c.max_positions = std::max(size.context, context);
  c.theta = 1e6;
  c.tied = true;
  c.window.assign(static_cast<size_t>(size.layers), 0);
  return c;
}

std::unique_ptr<LanguageModel> from_folder(const std::string& type, const std::string& folder,
                                           int64_t context, torch::Device device) {
  const fs::path config = fs::path(folder) / "config.json";
  const auto fitting = [&](int64_t positions) {
    if (context > positions)
      fail_usage("model", "--context {} exceeds the {} positions of {}", context, positions, folder);
    return context > 0 ? context : positions;
  };
  if (type == "qwen2") {
    const Qwen2Config c = read_qwen2_config(config);
    if (device.is_meta()) return std::make_unique<Qwen2>(c, fitting(c.max_positions), 0, device);
    return std::make_unique<Qwen2>(c, fitting(c.max_positions), load_safetensors(folder), folder, device);
  }
  const GptNeoConfig c = read_gpt_neo_config(config);
  if (device.is_meta()) return std::make_unique<GptNeo>(c, fitting(c.max_positions), 0, device);
  return std::make_unique<GptNeo>(c, fitting(c.max_positions), load_safetensors(folder), folder, device);
}

}  // namespace

int64_t LanguageModel::parameter_count() const {
  int64_t n = 0;
  for (const NamedParameter& p : parameters()) n += p.tensor.numel();
  return n;
}

std::unique_ptr<LanguageModel> make_language_model(const std::string& size, int64_t vocab_size,
                                                   int64_t context, uint64_t seed, torch::Device device) {
  if (const ModelSize* named = find_model_size(size)) {
    const int64_t longest = context > 0 ? context : named->context;
    if (named->family == ModelFamily::Qwen2)
      return std::make_unique<Qwen2>(named_qwen2(*named, vocab_size, context), longest, seed, device);
    return std::make_unique<GptNeo>(named_gpt_neo(*named, vocab_size, context), longest, seed, device);
  }
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
  return from_folder(type, size, context, device);
}

void save_hugging_face(const LanguageModel& model, const fs::path& folder) {
  save_model(model.parameters(), model.config(), folder);
}

}  // namespace rnb
