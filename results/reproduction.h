#pragma once
// What a paper prints beside what runs measured, with a verdict.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "results/paper_numbers.h"
#include "results/run_file.h"
#include "results/statistics.h"

namespace rnb {

// One row: a method on the original domains or on clusters. Losses in nats per token, overheads in % of
// training FLOPs.
struct Comparison {
  std::string where;                    // table and figure of the paper that have the number
  std::string grouping, method, label;  // of the runs: grouping and label; label empty: there is none
  std::optional<double> printed_loss, printed_overhead;
  std::optional<double> printed_gap;  // to stratified mixing on the original domains
  Spread loss, gap, overhead;         // of the runs, over seeds; the gap is paired by seed
  std::string loss_verdict, gap_verdict;
};

// Losses and overheads among `printed`, each joined with the complete runs of the same method and kind of
// grouping. A method that ran with several options or on several clusterings has one row for each.
std::vector<Comparison> compare_with_printed(const std::vector<PaperNumber>& printed,
                                             const std::vector<RunSummary>& runs);
std::string render(const std::vector<Comparison>& rows);
nlohmann::json to_json(const Comparison& row);

// "agrees" where the printed value lies in the 95 % interval of the mean, else how far above or below it the
// runs are.
std::string loss_verdict(std::optional<double> printed, const Spread& here);
// Of signs: "same direction", "opposite direction", or that the interval holds 0.
std::string gap_verdict(std::optional<double> printed, const Spread& here);

}  // namespace rnb
