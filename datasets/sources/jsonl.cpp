// Any JSON-lines file, its columns named by options.

#include "base/error.h"
#include "datasets/source_spec.h"
#include "datasets/sources/json_lines.h"

namespace rnb {
namespace {

struct Columns {
  std::string text, prompt, domain, id;  // prompt and id may be empty: there is none
};

Columns columns_of(const SourceOptions& o) {
  constexpr const char* kUsual = "text";
  const auto or_usual = [&](const char* name, const char* usual) {
    const std::string& given = o.text(name);
    return given.empty() ? std::string(usual) : given;
  };
  std::string text = or_usual("text", kUsual);
  if (const std::string& completion = o.text("completion"); !completion.empty()) {
    if (text != kUsual)
      fail_usage("jsonl", "text={} and completion={}; expected one of the two", text, completion);
    text = completion;
  }
  return {text, o.text("prompt"), or_usual("domain", "domain"), o.text("id")};
}

std::string convert(const Columns& columns, const nlohmann::json& row, int64_t line, Example& e) {
  std::string why = text_member(row, columns.text, e.completion);
  if (why.empty()) why = text_member(row, columns.domain, e.domain);
  if (why.empty() && !columns.prompt.empty()) why = text_member(row, columns.prompt, e.prompt);
  if (why.empty() && !columns.id.empty()) why = text_member(row, columns.id, e.id);
  if (columns.id.empty()) e.id = fmt::format("line-{}", line);
  return why;
}

std::unique_ptr<Source> open_jsonl(const SourceOptions& o) {
  return std::make_unique<JsonlSource>(
      o.from, o, [columns = columns_of(o)](const nlohmann::json& row, int64_t line, Example& e) {
        return convert(columns, row, line, e);
      });
}

RNB_REGISTER(SourceSpec, .name = "jsonl", .summary = "any JSON-lines file, its columns named by options",
             .licence = "the file's own", .files = "a file of JSON lines",
             .options = {{"text", "text", "column with the text that the loss is on"},
                         {"completion", "", "the same, in place of text, for files with a prompt"},
                         {"prompt", "", "column with a prompt (no loss on it)"},
                         {"domain", "domain", "column with the domain"},
                         {"id", "", "column with a unique id; default: the line number"}},
             .open = open_jsonl);

}  // namespace
}  // namespace rnb
