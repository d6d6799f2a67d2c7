#include "models/sentence_folder.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

void require_mean(const fs::path& config) {
  const auto pooling = read_json_file(config);
  if (pooling.contains("pooling_mode")) {  // newer folders name one, older ones have a flag for each
    if (const auto mode = json_field<std::string>(pooling, "pooling_mode", config.string()); mode != "mean")
      fail("encoder", "{}: pooling_mode '{}'; expected mean: only mean pooling is supported", config.string(),
           mode);
    return;
  }
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

int64_t read_sentence_folder(const fs::path& folder, int64_t positions, int64_t usual) {
  check_modules(folder);
  const fs::path tokenizer = folder / "tokenizer_config.json";
  const bool wordpiece = fs::exists(folder / "vocab.txt") || !fs::exists(folder / "tokenizer.json");
  if (wordpiece && fs::exists(tokenizer)) {
    const auto config = read_json_file(tokenizer);
    if (config.contains("do_lower_case") && !json_field<bool>(config, "do_lower_case", tokenizer.string()))
      fail("encoder", "{}: do_lower_case is false; expected an uncased model", tokenizer.string());
  }
  int64_t length = usual;
  if (fs::exists(tokenizer)) {  // a number beyond all positions stands for "no limit"
    const auto config = read_json_file(tokenizer);
    const auto it = config.find("model_max_length");
    if (it != config.end() && it->is_number_unsigned() && *it >= 3 && *it < INT32_MAX)
      length = it->get<int64_t>();
  }
  const fs::path file = folder / "sentence_bert_config.json";
  if (fs::exists(file)) {
    const auto config = read_json_file(file);
    if (config.contains("max_seq_length") && !config["max_seq_length"].is_null())
      length = json_field<int64_t>(config, "max_seq_length", file.string());
    if (!wordpiece && optional_field(config, "do_lower_case", false, file.string()))
      fail("encoder", "{}: do_lower_case is not supported for this tokenizer", file.string());
    if (length < 3)  // [CLS], one token, [SEP]
      fail("encoder", "{}: max_seq_length is {}; expected at least 3", file.string(), length);
  }
  return std::min(length, positions);
}

std::string read_prompt(const fs::path& folder, const std::string& name, const std::string& preferred) {
  const fs::path file = folder / "config_sentence_transformers.json";
  const std::string where = file.string();
  const auto config = fs::exists(file) ? read_json_file(file) : nlohmann::json::object();
  const auto prompts = optional_field(config, "prompts", nlohmann::json::object(), where);
  if (!prompts.is_object()) fail("encoder", "{}: prompts is not an object of name -> text", where);
  std::string chosen = name;
  if (chosen.empty() && prompts.contains(preferred)) chosen = preferred;
  if (chosen.empty()) chosen = optional_field<std::string>(config, "default_prompt_name", "", where);
  if (chosen.empty()) return "";
  if (!prompts.contains(chosen)) {
    std::vector<std::string> names;
    for (const auto& [known, text] : prompts.items()) names.push_back(known);
    fail("encoder",
         "{}: has no prompt '{}'; it has {}. Prompts are listed there: {{\"prompts\": {{\"clustering\": "
         "\"clustering: \"}}}}",
         where, chosen, names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
  }
  const auto prompt = optional_field<std::string>(prompts, chosen, "", where);
  require_utf8(prompt, where);
  const fs::path pooling = folder / "1_Pooling/config.json";
  if (!prompt.empty() && fs::exists(pooling) &&
      !optional_field(read_json_file(pooling), "include_prompt", true, pooling.string()))
    fail("encoder",
         "{}: include_prompt is false; expected true: only pooling over prompt and text is supported",
         pooling.string());
  return prompt;
}

}  // namespace rnb
