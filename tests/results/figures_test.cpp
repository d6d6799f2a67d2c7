// plots/report.py on runs made by hand: what it draws agrees with the table.

#include <cstdlib>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <boost/tokenizer.hpp>

#include "base/text.h"
#include "results/report_table.h"
#include "results/series.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

using Rows = std::vector<std::vector<std::string>>;

const fs::path kPython = fs::path(RNB_SOURCE_DIR) / ".venv/bin/python";
const std::string kRegroup10 = "regroup-minilm-k10-s1-n3", kRegroup20 = "regroup-minilm-k20-s1-n3";

Rows read_csv(const fs::path& file) {
  Rows rows;
  for (std::string line : lines_of(test::read_bytes(file))) {
    if (line.ends_with('\r')) line.pop_back();
    const boost::tokenizer<boost::escaped_list_separator<char>> fields(line);
    rows.emplace_back(fields.begin(), fields.end());
  }
  return rows;
}

class FiguresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kPython)) GTEST_SKIP() << "no .venv; scripts/setup.sh makes one";
    fs::create_directories(page_.parent_path());
  }
  // Draws what is in the folder of runs, as `rnb report --html` does; returns the table.
  ReportTable draw() const {
    const auto places = find_runs({runs_.string()});
    std::vector<RunSummary> runs;
    std::string files;
    for (const RunPlace& place : places) {
      runs.push_back(read_run(place));
      files += " '" + place.file.string() + "'";
    }
    const ReportTable table = report_table(runs);
    const fs::path csv = folder_.path() / "table.csv", series = folder_.path() / "series.json";
    std::ofstream(csv) << render(table, TableFormat::Csv);
    std::ofstream(series) << series_json(runs);
    const std::string command =
        fmt::format("'{}' '{}/plots/report.py' --out '{}' --table '{}' --series '{}' --notes note{}",
                    kPython.string(), RNB_SOURCE_DIR, page_.string(), csv.string(), series.string(), files);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return table;
  }
  // The numbers of the overhead's figure: of a measure and a phase, by series.
  std::map<std::string, double> drawn(const std::string& measure, const std::string& phase) const {
    std::map<std::string, double> out;
    for (const auto& row : read_csv(page_.parent_path() / "figures/wordnet_overhead.csv"))
      if (row.at(2) == measure && row.at(3) == phase) out[row.at(0)] = std::stod(row.at(4));
    return out;
  }
  test::TemporaryFolder folder_;
  const fs::path runs_ = folder_.path() / "runs", page_ = folder_.path() / "out/page.html";
};

std::string cell(const ReportTable& t, const std::string& column, const std::string& grouping,
                 const std::string& method, const std::string& setting) {
  const auto at = std::find(t.columns.begin(), t.columns.end(), column) - t.columns.begin();
  for (const auto& row : t.rows)
    if (row[1] == grouping && row[2] == method && row.back() == setting)
      return row.at(static_cast<size_t>(at));
  return "no such row";
}

TEST_F(FiguresTest, ShowWhatTheTableSays) {
  const std::map<std::string, std::string> slow{{"lr", "0.001"}}, fast{{"lr", "0.003"}};
  test::make_run(runs_, {.run_id = "a", .seed = "1", .settings = slow});
  test::make_run(runs_, {.run_id = "b", .seed = "2", .settings = slow, .kept_seconds = 5});
  test::make_run(
      runs_, {.run_id = "c", .seed = "3", .signal_seconds = 90, .shared_machine = true, .settings = slow});
  test::make_run(runs_, {.run_id = "d", .seed = "1", .signal_seconds = 3, .settings = fast});
  test::make_run(runs_, {.run_id = "e", .grouping = kRegroup10, .regroup_seconds = 70, .settings = slow});
  test::make_run(runs_, {.run_id = "f", .grouping = kRegroup20, .regroup_seconds = 90, .settings = slow});
  const ReportTable table = draw();

  // (1 + 0.5) / 10 and (1 + 0.5) / (10 + 5); seed 3 shared its machine.
  const std::string rnb = "rnb, original, lr=0.001";
  EXPECT_THAT(drawn("seconds", "all"), Contains(Pair(rnb, ::testing::DoubleNear(12.5, 1e-9))));
  EXPECT_EQ(cell(table, "overhead s %", "original", "rnb", "1"), "12.50");
  // 3e8 / 6e9 twice and 3e8 / (6e9 + 2e9).
  EXPECT_THAT(drawn("flops", "all"), Contains(Pair(rnb, ::testing::DoubleNear(13.75 / 3, 1e-9))));
  EXPECT_EQ(cell(table, "overhead FLOPs %", "original", "rnb", "1"), "4.583");
  EXPECT_THAT(drawn("seconds", "all"), Contains(Pair("rnb, original, lr=0.003", 35.0)));
  EXPECT_EQ(cell(table, "overhead s %", "original", "rnb", "2"), "35.00");

  // Other learning rates and other numbers of clusters are other series.
  EXPECT_THAT(drawn("seconds", "regroup s"),
              ElementsAre(Pair("rnb, original, lr=0.001", 0), Pair("rnb, original, lr=0.003", 0),
                          Pair("rnb, regroup-k10, lr=0.001", 70), Pair("rnb, regroup-k20, lr=0.001", 90)));
  const Rows losses = read_csv(page_.parent_path() / "figures/wordnet_final_losses.csv");
  EXPECT_EQ(losses.size(), 1U + 6U);
  for (const char* figure : {"final_losses", "loss_curves", "mixtures", "overhead", "domain_losses"})
    for (const char* suffix : {".png", ".pdf"})
      EXPECT_TRUE(fs::exists(page_.parent_path() / "figures" / (std::string("wordnet_") + figure + suffix)))
          << figure << suffix;
  EXPECT_THAT(test::read_bytes(page_), AllOf(HasSubstr("12.50"), HasSubstr("6 finished runs of 6")));
}

// Written by a program that said neither what a row is nor what a phase counts as.
TEST_F(FiguresTest, OlderRunsAreGroupedAlike) {
  test::make_run(runs_, {.run_id = "new", .seed = "1", .kept_seconds = 5});
  const hid_t file = H5Fopen(test::make_run(runs_, {.run_id = "old", .seed = "2", .kept_seconds = 5}).c_str(),
                             H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "row");
  H5Ldelete(file, "/overhead/kind", H5P_DEFAULT);
  H5Fclose(file);
  EXPECT_EQ(draw().rows.at(0).at(9), "10.00");
  EXPECT_THAT(drawn("seconds", "all"), ElementsAre(Pair("rnb, original", ::testing::DoubleNear(10.0, 1e-9))));
}

TEST_F(FiguresTest, ADataSetsNameIsNeitherMarkupNorAPath) {
  test::make_run(runs_, {.run_id = "a", .dataset = "../../<img src=x>"});
  draw();
  EXPECT_THAT(test::read_bytes(page_), AllOf(HasSubstr("&lt;img src=x&gt;"), Not(HasSubstr("<img src=x>"))));
  size_t figures = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
    if (entry.path().extension() == ".png") {
      EXPECT_EQ(entry.path().parent_path(), page_.parent_path() / "figures") << entry.path();
      ++figures;
    }
  EXPECT_GE(figures, 4U);
}

}  // namespace
}  // namespace rnb
