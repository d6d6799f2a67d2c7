#include "results/paper_numbers.h"

#include <charconv>

#include <boost/tokenizer.hpp>

#include "base/error.h"
#include "base/json_file.h"
#include "base/text.h"

namespace rnb {
namespace {

constexpr std::string_view kHeader = "where,cell,grouping,domains,method,quantity,value,unit,note";

std::vector<std::string> fields_of(const std::string& line, const std::string& place) {
  try {
    const boost::tokenizer<boost::escaped_list_separator<char>> fields(line);
    return {fields.begin(), fields.end()};
  } catch (const boost::escaped_list_error& e) {
    fail("results", "{}: {}", place, e.what());
  }
}

std::optional<double> number(const std::string& text, const std::string& place) {
  if (text.empty()) return std::nullopt;
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size())
    fail("results", "{}: value '{}'; expected a number, or nothing", place, text);
  return value;
}

}  // namespace

std::vector<PaperNumber> read_paper_numbers(const std::filesystem::path& csv) {
  const auto lines = lines_of(read_text_file(csv));
  if (lines.empty() || lines[0] != kHeader)
    fail("results", "{}:1: expected the header {}", csv.string(), kHeader);
  std::vector<PaperNumber> numbers;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::string place = fmt::format("{}:{}", csv.string(), i + 1);
    const auto f = fields_of(lines[i], place);
    if (f.size() != 9) fail("results", "{}: {} fields; expected 9 ({})", place, f.size(), kHeader);
    numbers.push_back({f[0], f[1], f[2], f[3], f[4], f[5], f[7], f[8], number(f[6], place)});
  }
  return numbers;
}

}  // namespace rnb
