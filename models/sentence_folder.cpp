#include "models/sentence_folder.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kDefaultLength = 512;

void require_mean(const fs::path& config) {
  const auto pooling = read_json_file(config);
  if (!json_field<bool>(pooling, "pooling_mode_mean_tokens", config.string()))
    fail("encoder", "{}: pooling_mode_mean_tokens is false; expected true: only mean pooling is supported",
         config.string());
  for (const auto& [key, value] : pooling.items())
    if (key.starts_with("pooling_mode_") && key != "pooling_mode_mean_tokens" && value == true)
      fail("encoder", "{}: {} is true; expected mean pooling alone", config.string(), key);
}

void check_modules(const fs::path& folder) {
  const fs::path file = folder / "modules.json";
  if (!fs::exists(file)) {
    if (fs::exists(folder / "1_Pooling/config.json")) require_mean(folder / "1_Pooling/config.json");
    return;
  }
  const auto modules = read_json_file(file);
  if (!modules.is_array()) fail("encoder", "{}: is not a list of modules", file.string());
  bool pooled = false;
  for (const auto& module : modules) {
    const auto type = json_field<std::string>(module, "type", file.string());
    const auto path = json_field<std::string>(module, "path", file.string());
    const std::string_view name = std::string_view(type).substr(type.rfind('.') + 1);
    if (fs::path(path).is_absolute() || path.find("..") != std::string::npos)
      fail("encoder", "{}: path '{}' leads out of the folder", file.string(), path);
    if (name == "Pooling") {
      require_mean(folder / path / "config.json");
      pooled = true;
    } else if (name == "Transformer") {
      if (!path.empty())
        fail("encoder", "{}: the transformer lies in '{}'; give that folder instead", file.string(), path);
    } else if (name != "Normalize") {  // vectors are normalised whether or not it is listed
      fail("encoder", "{}: module {} is not supported; expected Transformer, Pooling, Normalize",
           file.string(), type);
    }
  }
  if (!pooled) fail("encoder", "{}: has no Pooling module; expected mean pooling", file.string());
}

}  // namespace

int64_t read_sentence_folder(const fs::path& folder, int64_t positions) {
  check_modules(folder);
  const fs::path tokenizer = folder / "tokenizer_config.json";
  if (fs::exists(tokenizer)) {
    const auto config = read_json_file(tokenizer);
    if (config.contains("do_lower_case") && !json_field<bool>(config, "do_lower_case", tokenizer.string()))
      fail("encoder", "{}: do_lower_case is false; expected an uncased model", tokenizer.string());
  }
  int64_t length = kDefaultLength;
  const fs::path file = folder / "sentence_bert_config.json";
  if (fs::exists(file)) {
    const auto config = read_json_file(file);
    if (config.contains("max_seq_length") && !config["max_seq_length"].is_null())
      length = json_field<int64_t>(config, "max_seq_length", file.string());
    if (length < 3)  // [CLS], one token, [SEP]
      fail("encoder", "{}: max_seq_length is {}; expected at least 3", file.string(), length);
  }
  return std::min(length, positions);
}

}  // namespace rnb
