#include "harness/sweep/sweep_size.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/json_file.h"
#include "base/number_range.h"
#include "methods/core/registry.h"
#include "models/clip_sizes.h"
#include "models/model_sizes.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr double kFloat = 4;
// Measured: an empty run.h5 has many small data sets; a log line and an example are in the log and in run.h5.
constexpr double kEmptyRun = 1e5, kLogLine = 300, kLogLineDomain = 50, kExample = 120;

struct StoreSizes {
  int64_t vocabulary = 4096, domains = 8, test_examples = 0;
};

StoreSizes sizes_of_store(const fs::path& store) {
  StoreSizes out;
  std::error_code code;
  if (!fs::exists(store / "manifest.json", code)) return out;
  try {
    const std::string where = (store / "manifest.json").string();
    const auto manifest = read_json_file(where);
    out.vocabulary = json_field<int64_t>(manifest, "vocab_size", where);
    const auto counts = json_field<std::map<std::string, nlohmann::json>>(manifest, "counts", where);
    out.domains = static_cast<int64_t>(counts.size());
    for (const auto& [name, splits] : counts) out.test_examples += json_field<int64_t>(splits, "test", where);
  } catch (const Error&) {
    return {};  // the run will say what is wrong with its store
  }
  return out;
}

// The most domains that "regroup:k=5..20:5" or "random:k=7" can give; 0 for any other grouping.
int64_t most_domains(const std::string& grouping) {
  const size_t at = grouping.find(":k=");
  if (at == std::string::npos) return 0;
  const std::string_view ks = std::string_view(grouping).substr(at + 3);
  const auto range = parse_number_range(ks.substr(0, ks.find(',')));
  return range ? range->last : 0;
}

double model_bytes(const Experiment& e, int64_t vocabulary) {
  if (const ModelSize* size = find_model_size(e.model))
    return kFloat * static_cast<double>(parameter_count(*size, vocabulary, e.context));
  if (const ClipSize* size = find_clip_size(e.model))
    return kFloat * static_cast<double>(parameter_count(*size, vocabulary, e.context));
  double bytes = 0;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(e.model, code))
    if (entry.path().extension() == ".safetensors") bytes += static_cast<double>(entry.file_size(code));
  return bytes;
}

}  // namespace

double estimated_run_bytes(const Experiment& e) {
  const StoreSizes store = sizes_of_store(e.store);
  const auto m = static_cast<double>(std::max(store.domains, most_domains(e.grouping)));
  const double model = model_bytes(e, store.vocabulary);
  double checkpoint = 3 * model;
  const ModelSize* size = find_model_size(e.model);
  const ClipSize* clip = find_clip_size(e.model);
  const double head = size   ? static_cast<double>(store.vocabulary * size->width)
                      : clip ? static_cast<double>(clip->embedding * (clip->vision.width + clip->text.width))
                             : 0.0;
  if (head > 0 && make_mixer(e.method, e.method_options)->needs().gradient_gram)
    checkpoint += m * kFloat * head;
  const int64_t checkpoints =
      e.checkpoint_every > 0 ? std::min(e.keep_checkpoints, e.steps / e.checkpoint_every) : 0;
  const auto lines = static_cast<double>(e.steps / std::max<int64_t>(e.log_every, 1));
  return static_cast<double>(checkpoints) * checkpoint + (e.save_model ? model : 0) + kEmptyRun +
         lines * (kLogLine + kLogLineDomain * m) + kExample * static_cast<double>(store.test_examples);
}

double folder_bytes(const fs::path& folder) {
  double bytes = 0;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    std::error_code ignored;
    const auto size = it->is_regular_file(ignored) ? it->file_size(ignored) : 0;
    if (!ignored) bytes += static_cast<double>(size);
  }
  return bytes;
}

}  // namespace rnb
