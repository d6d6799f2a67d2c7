#pragma once
// The numbers that a paper prints, as in results/paper/*.csv: one line per number, with the table or figure
// and the cell that it stands in.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rnb {

struct PaperNumber {
  std::string where, cell;  // "Table 1", "R&B / Dolly-15k / loss"
  std::string grouping;     // original, regrouped, image clusters
  std::string domains;      // a number, or a range
  std::string method;       // a name of `rnb list methods`, or empty
  std::string quantity, unit, note;
  std::optional<double> value;  // none: the paper leaves the cell empty
};

// Error naming file and line: no such file, another header, a row of other than nine fields, a value that is
// no number.
std::vector<PaperNumber> read_paper_numbers(const std::filesystem::path& csv);

}  // namespace rnb
