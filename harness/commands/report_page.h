#pragma once
// `rnb report --html`: one page with the table and figures, drawn by plots/report.py.

#include <filesystem>
#include <vector>

#include "results/report_table.h"
#include "results/run_file.h"

namespace rnb {

// Error when the folder of `out` is not there, or the page cannot be drawn: with what the
// drawing program said.
void write_report_page(const std::filesystem::path& out, const ReportTable& table,
                       const std::vector<RunPlace>& runs);

}  // namespace rnb
