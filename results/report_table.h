#pragma once
// The comparison table: one row per data set, grouping, method and setting (table_row.h), over seeds.

#include <string>
#include <vector>

#include "results/run_file.h"

namespace rnb {

struct ReportTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> notes;
};

// Runs of one row share everything but the seed; a row's differences to `baseline` (a method with its
// options, as in the column "method"; same grouping, else original) and to natural (original) are paired by
// seed, with 95 % intervals. Rows that differ in other keys have a number in the column "setting", and a note
// says for each number the keys that differ. Error when two runs of a row have the same seed, and when the
// baseline, if it is not stratified, is no complete run's method.
ReportTable report_table(const std::vector<RunSummary>& runs, const std::string& baseline = "stratified");

enum class TableFormat { Text, Markdown, Csv, Latex };
std::string render(const ReportTable& table, TableFormat format);

}  // namespace rnb
