// databricks-dolly-15k.jsonl: instruction, context, response, category (8 values).

#include <algorithm>
#include <array>

#include "base/error.h"
#include "datasets/sources/jsonl.h"
#include "datasets/sources/sources.h"

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

}  // namespace

SourceSpec dolly_source() {
  return {"dolly",
          "Dolly-15k: 15,011 instructions in 8 categories",
          "CC BY-SA 3.0",
          {},
          [](const SourceOptions& o) -> std::unique_ptr<Source> {
            if (o.from.empty())
              fail_usage(
                  "dolly",
                  "--from is missing; expected databricks-dolly-15k.jsonl or the folder that holds it");
            const auto file =
                std::filesystem::is_directory(o.from) ? o.from / "databricks-dolly-15k.jsonl" : o.from;
            return std::make_unique<JsonlSource>(file, o, convert);
          }};
}

}  // namespace rnb
