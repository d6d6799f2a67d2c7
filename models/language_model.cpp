#include "models/language_model.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/suggest.h"
#include "models/language_model_family.h"
#include "models/model_sizes.h"
#include "models/save_model.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

ModelSource named_source(const ModelSize& size, int64_t vocab_size, int64_t context) {
  return {.name = size.name,
          .config = size.family->config(size, vocab_size, positions_of(size, context)),
          .config_name = size.name,
          .context = context > 0 ? context : size.context};
}

ModelSource folder_source(const std::string& folder, int64_t context, torch::Device device) {
  const fs::path config = fs::path(folder) / "config.json";
  if (!fs::exists(config)) {
    std::vector<std::string> names;
    for (const ModelSize& s : model_sizes()) names.push_back(s.name);
    fail_usage("model", "'{}' is neither a named size nor a folder with a config.json{}", folder,
               suggestion(folder, names));
  }
  return {.name = folder,
          .config = read_json_file(config),
          .config_name = config.string(),
          .context = context,
          .weights = device.is_meta() ? fs::path() : fs::path(folder)};
}

}  // namespace

int64_t LanguageModel::parameter_count() const {
  int64_t n = 0;
  for (const NamedParameter& p : parameters()) n += p.tensor.numel();
  return n;
}

std::unique_ptr<LanguageModel> make_language_model(const std::string& size, int64_t vocab_size,
                                                   int64_t context, uint64_t seed, torch::Device device) {
  const ModelSize* named = find_model_size(size);
  ModelSource source =
      named ? named_source(*named, vocab_size, context) : folder_source(size, context, device);
  source.seed = seed;
  source.device = device;
  const auto type = json_field<std::string>(source.config, "model_type", source.config_name);
  const auto* family = find_registered<LanguageModelFamily>(type);
  if (!family)
    fail("model", "{}: model_type '{}' is not a language model that rnb knows; expected {}",
         source.config_name, type, fmt::join(registered_names<LanguageModelFamily>(), " or "));
  return family->make(source);
}

void save_hugging_face(const LanguageModel& model, const fs::path& folder) {
  save_model(model.parameters(), model.config(), folder);
}

}  // namespace rnb
