// `rnb list`: what this program knows by name.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/suggest.h"
#include "datasets/source_spec.h"
#include "harness/commands/command.h"
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

// What a word lists, for readers and for machines.
struct Listing {
  const char* name;
  std::string (*in_words)();
  nlohmann::json (*as_json)();
};
constexpr Listing kListings[] = {{"methods", methods_in_words, methods_as_json},
                                 {"datasets", datasets_in_words, datasets_as_json},
                                 {"models", models_in_words, models_as_json}};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const Listing& listing : kListings) out.emplace_back(listing.name);
  return out;
}

boost::program_options::options_description described() {
  boost::program_options::options_description options("Options of rnb list");
  options.add_options()("json", "for machines");
  return options;
}

int list(const CommandInput& input) {
  if (input.words.size() != 1)
    fail_usage("list", "{} words; usage: rnb list methods|datasets|models [--json]", input.words.size());
  for (const Listing& listing : kListings)
    if (listing.name == input.words[0]) {
      fmt::print("{}", input.has("json") ? listing.as_json().dump(2) + "\n" : listing.in_words());
      return 0;
    }
  fail_usage("list", "nothing called '{}'{}", input.words[0], suggestion(input.words[0], names()));
}

}  // namespace

RNB_REGISTER(Command, .name = "list", .section = Section::Program, .usage = "methods|datasets|models",
             .summary = "methods, data sets, models", .options = described, .words = names, .run = list);

}  // namespace rnb
