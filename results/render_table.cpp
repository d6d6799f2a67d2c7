#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "results/report_table.h"

namespace rnb {
namespace {

size_t display_width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string text_table(const ReportTable& t) {
  std::vector<size_t> width;
  for (const auto& c : t.columns) width.push_back(display_width(c));
  for (const auto& row : t.rows)
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], display_width(row[i]));
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(width[i] - display_width(cells[i]), ' ');
      out += (i ? "  " : "") + (i < 3 ? cells[i] + pad : pad + cells[i]);
    }
    return out + "\n";
  };
  std::string out = line(t.columns);
  for (const auto& row : t.rows) out += line(row);
  for (const auto& note : t.notes) out += "  " + note + "\n";
  return out;
}

std::string escaped(const std::string& cell, TableFormat format) {
  std::string out;
  for (const char c : cell) {
    if (format == TableFormat::Csv && c == '"') out += '"';
    if (format == TableFormat::Markdown && c == '|') out += '\\';
    if (format == TableFormat::Latex && (c == '\\' || c == '~' || c == '^')) {
      out += fmt::format("\\char{}{{}}", static_cast<int>(c));
      continue;
    }
    if (format == TableFormat::Latex && std::string_view("%&_#${}").find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  if (format == TableFormat::Csv && out.find_first_of(",\"\n") != std::string::npos) return '"' + out + '"';
  if (format == TableFormat::Latex)
    for (size_t at; (at = out.find("±")) != std::string::npos;)
      out.replace(at, std::string("±").size(), "$\\pm$");
  return out;
}

std::string latex_head(size_t columns) {
  return fmt::format("\\begin{{tabular}}{{{}}}\n\\hline\n", std::string(columns, 'l'));
}

std::string markdown_rule(size_t columns) {
  std::string out = "|";
  for (size_t i = 0; i < columns; ++i) out += i < 3 ? "---|" : "---:|";
  return out + "\n";
}

std::string line_of(const std::vector<std::string>& cells, TableFormat format) {
  std::vector<std::string> safe;
  for (const auto& c : cells) safe.push_back(escaped(c, format));
  switch (format) {
    case TableFormat::Markdown:
      return fmt::format("| {} |\n", fmt::join(safe, " | "));
    case TableFormat::Latex:
      return fmt::format("{} \\\\\n", fmt::join(safe, " & "));
    default:
      return fmt::format("{}\n", fmt::join(safe, ","));
  }
}

}  // namespace

std::string render(const ReportTable& t, TableFormat format) {
  if (format == TableFormat::Text) return text_table(t);
  const bool latex = format == TableFormat::Latex, markdown = format == TableFormat::Markdown;
  std::string out = (latex ? latex_head(t.columns.size()) : "") + line_of(t.columns, format);
  if (markdown) out += markdown_rule(t.columns.size());
  if (latex) out += "\\hline\n";
  for (const auto& row : t.rows) out += line_of(row, format);
  if (latex) out += "\\hline\n\\end{tabular}\n";
  if (markdown) out += "\n";
  if (markdown)
    for (const auto& note : t.notes) out += "- " + note + "\n";
  return out;
}

}  // namespace rnb
