#include "datasets/sources/json_lines.h"

#include "base/error.h"
#include "datasets/sources/seeded_subset.h"

namespace rnb {
namespace {

constexpr size_t kLongestLine = 64 << 20;

}  // namespace

std::string text_member(const nlohmann::json& object, const std::string& key, std::string& out) {
  const auto it = object.find(key);
  if (it == object.end()) return fmt::format("\"{}\" is missing", key);
  if (it->is_number_integer()) {
    out = it->dump();
    return {};
  }
  if (!it->is_string()) return fmt::format("\"{}\" is not a string", key);
  out = it->get<std::string>();
  return {};
}

JsonlSource::JsonlSource(std::filesystem::path file, const SourceOptions& options, Convert convert)
    : file_(std::move(file)), convert_(std::move(convert)), in_(file_, std::ios::binary) {
  if (!in_ || std::filesystem::is_directory(file_))
    fail("jsonl", "{}: cannot be opened; --from must name a JSON-lines file", file_.string());
  if (options.limit <= 0) return;
  // By id, so that a reordered file with ids of its own gives the same subset.
  std::vector<std::string> ids;
  while (const auto line = next_line()) {
    const Row row = parse(*line);
    const auto* example = std::get_if<Example>(&row);
    ids.push_back(example ? example->id : std::get<BadRow>(row).where);
  }
  keep_ = seeded_subset(ids, options.limit, options.seed);
  in_.clear();
  in_.seekg(0);
  line_ = rows_ = 0;
}

std::optional<std::string> JsonlSource::next_line() {
  std::streambuf& buffer = *in_.rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  for (;;) {
    std::string line;
    int c = buffer.sbumpc();
    if (c == kEnd) return std::nullopt;
    ++line_;
    for (; c != '\n' && c != kEnd; c = buffer.sbumpc())
      if (line.size() <= kLongestLine) line += static_cast<char>(c);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    ++rows_;
    return line;
  }
}

std::optional<Row> JsonlSource::next() {
  while (const auto line = next_line())
    if (keep_.empty() || keep_[static_cast<size_t>(rows_ - 1)]) return parse(*line);
  return std::nullopt;
}

Row JsonlSource::parse(const std::string& line) {
  const std::string where = fmt::format("{}:{}", file_.string(), line_);
  if (line.size() > kLongestLine) return BadRow{where, "the line is longer than 64 MiB"};
  try {
    const auto json = nlohmann::json::parse(line);
    if (!json.is_object()) return BadRow{where, "is not a JSON object"};
    Example example;
    if (const std::string why = convert_(json, line_, example); !why.empty()) return BadRow{where, why};
    if (example.completion.empty()) return BadRow{where, "the completion is empty"};
    if (example.id.empty()) return BadRow{where, "the id is empty"};
    if (example.domain.empty()) return BadRow{where, "the domain is empty"};
    return example;
  } catch (const nlohmann::json::exception& e) {
    return BadRow{where, fmt::format("is not valid JSON: {}", e.what())};
  }
}

}  // namespace rnb
