#include "harness/list_command.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/suggest.h"
#include "datasets/source.h"
#include "methods/list_methods.h"

namespace rnb {
namespace {

// Sizes of models that a run can train from scratch (docs/design.md, "Sizes").
struct ModelRow {
  const char *name, *text;
};
constexpr ModelRow kModels[] = {
    {"pico", "GPT-Neo: 2 layers, width 32, context 32; seconds a run"},
    {"nano", "GPT-Neo: 4 layers, width 128, context 64"},
    {"mini", "GPT-Neo: 6 layers, width 256, context 128"},
    {"FOLDER", "a Hugging Face folder: config.json and model.safetensors"},
};

std::string datasets_in_words() {
  std::string text;
  for (const SourceSpec& spec : source_specs()) {
    text += fmt::format("{:20} {}\n", spec.name, spec.summary);
    if (!spec.licence.empty()) text += fmt::format("{:20} licence: {}\n", "", spec.licence);
    for (const OptionSpec& option : spec.options)
      text += fmt::format("{:20} --option {}={}  {}\n", "", option.name, option.default_value, option.help);
  }
  return text;
}

nlohmann::json datasets_as_json() {
  auto list = nlohmann::json::array();
  for (const SourceSpec& spec : source_specs()) {
    auto options = nlohmann::json::array();
    for (const OptionSpec& o : spec.options)
      options.push_back(
          {{"name", o.name}, {"default", o.default_value}, {"help", o.help}, {"choices", o.choices}});
    list.push_back(
        {{"name", spec.name}, {"summary", spec.summary}, {"licence", spec.licence}, {"options", options}});
  }
  return list;
}

void list_models(bool json) {
  auto list = nlohmann::json::array();
  for (const ModelRow& row : kModels) {
    list.push_back({{"name", row.name}, {"summary", row.text}});
    if (!json) fmt::print("{:20} {}\n", row.name, row.text);
  }
  if (json) fmt::print("{}\n", list.dump(2));
}

}  // namespace

int list_command(const std::vector<std::string>& args) {
  constexpr const char* kUsage = "usage: rnb list methods|datasets|models [--json]";
  std::vector<std::string> words;
  bool json = false;
  for (const std::string& arg : args) {
    if (arg == "--help") {
      fmt::print("{}\n", kUsage);
      return 0;
    }
    if (arg == "--json")
      json = true;
    else
      words.push_back(arg);
  }
  if (words.size() != 1) fail_usage("list", "{}", kUsage);
  const std::vector<std::string> known{"methods", "datasets", "models"};
  if (words[0] == "methods")
    fmt::print("{}", json ? methods_as_json().dump(2) + "\n" : methods_in_words());
  else if (words[0] == "datasets")
    fmt::print("{}", json ? datasets_as_json().dump(2) + "\n" : datasets_in_words());
  else if (words[0] == "models")
    list_models(json);
  else
    fail_usage("list", "nothing called '{}'{}", words[0], suggestion(words[0], known));
  return 0;
}

}  // namespace rnb
