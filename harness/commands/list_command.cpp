#include "harness/commands/list_command.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/suggest.h"
#include "datasets/source_spec.h"
#include "methods/core/list_methods.h"
#include "models/clip_sizes.h"
#include "models/model_sizes.h"

namespace rnb {
namespace {

std::string from_in_words(const SourceSpec& spec) {
  std::string text = spec.files;
  if (!spec.default_from.empty()) text += fmt::format("; default: {}", spec.default_from);
  if (!spec.fetch.empty()) text += fmt::format(" (rnb fetch {})", fmt::join(spec.fetch, ", rnb fetch "));
  return text;
}

std::string datasets_in_words() {
  std::string text;
  for (const SourceSpec& spec : source_specs()) {
    text += fmt::format("{:20} {}\n", spec.name, spec.summary);
    if (!spec.licence.empty()) text += fmt::format("{:20} licence: {}\n", "", spec.licence);
    if (!spec.files.empty()) text += fmt::format("{:20} --from: {}\n", "", from_in_words(spec));
    for (const SourceOption& option : spec.options)
      text += fmt::format(
          "{:20} --option {}={}{}  {}\n", "", option.name, option.default_value,
          option.choices.empty() ? "" : fmt::format(" [{}]", fmt::join(option.choices, " | ")), option.help);
  }
  return text;
}

nlohmann::json datasets_as_json() {
  auto list = nlohmann::json::array();
  for (const SourceSpec& spec : source_specs()) {
    auto options = nlohmann::json::array();
    for (const SourceOption& o : spec.options)
      options.push_back(
          {{"name", o.name}, {"default", o.default_value}, {"help", o.help}, {"choices", o.choices}});
    list.push_back({{"name", spec.name},
                    {"summary", spec.summary},
                    {"licence", spec.licence},
                    {"files", spec.files},
                    {"default_from", spec.default_from},
                    {"fetch", spec.fetch},
                    {"options", options}});
  }
  return list;
}

std::string folder_in_words() {
  return fmt::format("a Hugging Face folder: config.json (model_type {}) and model.safetensors",
                     fmt::join(model_types(), ", ")) +
         "; or a CLIP's (clip)";
}

std::string models_in_words() {
  std::string text;
  for (const ModelSize& m : model_sizes()) {
    const std::string heads =
        m.kv_heads == m.heads ? fmt::format("{}", m.heads) : fmt::format("{} / {}", m.heads, m.kv_heads);
    text += fmt::format("{:20} {}: {} layers, width {}, {} heads, MLP {}, context {}\n", m.name,
                        m.family->title, m.layers, m.width, heads, m.inner, m.context);
  }
  for (const ClipSize& m : clip_sizes())
    text += fmt::format(
        "{:20} CLIP: {} pixels in patches of {}, {} layers of width {}; text {} of {}, context {}\n", m.name,
        m.image_size, m.patch_size, m.vision.layers, m.vision.width, m.text.layers, m.text.width, m.context);
  return text + fmt::format("{:20} {}\n", "FOLDER", folder_in_words());
}

nlohmann::json models_as_json() {
  auto list = nlohmann::json::array();
  for (const ModelSize& m : model_sizes())
    list.push_back({{"name", m.name},
                    {"summary", m.family->title},
                    {"layers", m.layers},
                    {"width", m.width},
                    {"heads", m.heads},
                    {"kv_heads", m.kv_heads},
                    {"inner", m.inner},
                    {"context", m.context}});
  const auto tower = [](const TowerSize& t) {
    return nlohmann::json{{"layers", t.layers}, {"width", t.width}, {"heads", t.heads}};
  };
  for (const ClipSize& m : clip_sizes())
    list.push_back({{"name", m.name},
                    {"summary", "CLIP"},
                    {"vision", tower(m.vision)},
                    {"text", tower(m.text)},
                    {"image_size", m.image_size},
                    {"patch_size", m.patch_size},
                    {"context", m.context},
                    {"embedding", m.embedding}});
  list.push_back({{"name", "FOLDER"}, {"summary", folder_in_words()}});
  return list;
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
    fmt::print("{}", json ? models_as_json().dump(2) + "\n" : models_in_words());
  else
    fail_usage("list", "nothing called '{}'{}", words[0], suggestion(words[0], known));
  return 0;
}

}  // namespace rnb
