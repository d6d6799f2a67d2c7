// databricks-dolly-15k.jsonl: instruction, context, response, category (8 values).

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "datasets/source_spec.h"
#include "datasets/sources/json_lines.h"

namespace rnb {
namespace {

constexpr std::array<std::string_view, 8> kCategories{
    "brainstorming", "classification",         "closed_qa", "creative_writing",
    "general_qa",    "information_extraction", "open_qa",   "summarization"};

std::string convert(const nlohmann::json& row, int64_t line, Example& e) {
  std::string instruction, context;
  for (const auto& [key, out] : {std::pair{"instruction", &instruction},
                                 {"context", &context},
                                 {"response", &e.completion},
                                 {"category", &e.domain}})
    if (const std::string why = text_member(row, key, *out); !why.empty())
      return why + "; is this databricks-dolly-15k.jsonl?";
  if (std::find(kCategories.begin(), kCategories.end(), e.domain) == kCategories.end())
    return fmt::format("\"category\" is '{}'; expected one of {}", e.domain, fmt::join(kCategories, ", "));
  e.id = fmt::format("dolly-{}", line);
  e.prompt = instruction + (context.empty() ? "\n\n" : "\n\n" + context + "\n\n");
  return {};
}

std::unique_ptr<Source> open_dolly(const SourceOptions& o) {
  const auto file = std::filesystem::is_directory(o.from) ? o.from / "databricks-dolly-15k.jsonl" : o.from;
  return std::make_unique<JsonlSource>(file, o, convert);
}

RNB_REGISTER(SourceSpec, .name = "dolly", .summary = "Dolly-15k: 15,011 instructions in 8 categories",
             .licence = "CC BY-SA 3.0", .files = "databricks-dolly-15k.jsonl or the folder that holds it",
             .fetch = {"dolly"}, .open = open_dolly);

}  // namespace
}  // namespace rnb
