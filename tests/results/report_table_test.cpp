#include "results/report_table.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RunSummary run(const std::string& label, const std::string& grouping, int seed, double loss) {
  RunSummary r;
  r.run_id = label + grouping + std::to_string(seed);
  r.file = r.run_id + "/run.h5";
  r.status = "complete";
  r.label = label;
  r.grouping = grouping;
  r.dataset = "wordnet";
  r.experiment = {
      {"seed", std::to_string(seed)}, {"steps", "500"}, {"method", label}, {"grouping", grouping}};
  r.test_loss = loss;
  r.domain_mean_loss = loss + 0.5;
  r.accuracy = 0.25;
  r.weighted_loss = std::nan("");
  r.seconds = {{"train", 100}, {"signal", 2}, {"update", 1}, {"regroup", 7}};
  r.flops = {{"train", 1e9}, {"signal", 1e6}};
  r.formula_overhead = 1e-5;
  return r;
}

// The five pairs of statistics_test: -0.0400 [-0.0740, -0.0060] by scipy.
std::vector<RunSummary> five_pairs(const std::string& baseline) {
  const std::vector<double> method{5.90, 5.87, 5.93, 5.88, 5.91}, base{5.94, 5.95, 5.94, 5.90, 5.96};
  std::vector<RunSummary> runs;
  for (int s = 0; s < 5; ++s) {
    runs.push_back(run("rnb", "regroup", s, method[static_cast<size_t>(s)]));
    runs.push_back(run(baseline, "original", 4 - s, base[static_cast<size_t>(4 - s)]));
  }
  return runs;
}

std::string cell(const ReportTable& t, const std::string& method, const std::string& column,
                 const std::string& grouping = "") {
  const auto c = std::find(t.columns.begin(), t.columns.end(), column) - t.columns.begin();
  for (const auto& row : t.rows)
    if (row[2] == method && (grouping.empty() || row[1] == grouping)) return row.at(static_cast<size_t>(c));
  return "no such row";
}

TEST(ReportTable, PairsBySeedAndGivesTheInterval) {
  const ReportTable t = report_table(five_pairs("natural"));
  EXPECT_EQ(cell(t, "rnb", "seeds"), "5");
  EXPECT_EQ(cell(t, "rnb", "test loss"), "5.8980 ± 0.0239");  // deviations^2 sum to 0.00228, / 4
  EXPECT_EQ(cell(t, "rnb", "vs natural [95 %]"), "-0.0400 [-0.0740, -0.0060]");
  EXPECT_EQ(cell(t, "rnb", "vs stratified [95 %]"), "-");
  EXPECT_EQ(cell(t, "natural", "vs natural [95 %]"), "-");
}

TEST(ReportTable, AnotherMethodCanBeTheBaseline) {
  const ReportTable t = report_table(five_pairs("fixed weights=1,0"), "fixed weights=1,0");
  EXPECT_EQ(cell(t, "rnb", "vs fixed weights=1,0 [95 %]"), "-0.0400 [-0.0740, -0.0060]");
  EXPECT_THAT(t.columns, Not(Contains("vs stratified [95 %]")));
  try {
    report_table(five_pairs("natural"), "naturall");
    FAIL() << "an unknown baseline was taken";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(),
                HasSubstr("no complete run is of the method 'naturall'; methods here: natural, rnb"));
  }
}

TEST(ReportTable, WeightedLossesAreComparedWhereTheDataHasWeights) {
  std::vector<RunSummary> runs = five_pairs("natural");
  for (RunSummary& r : runs) r.weighted_loss = 10 * r.test_loss;
  const ReportTable t = report_table(runs, "natural");
  EXPECT_EQ(cell(t, "rnb", "weighted loss"), "58.9800 ± 0.2387");  // ten times the test loss
  EXPECT_EQ(cell(t, "rnb", "weighted vs natural [95 %]"), "-0.4000 [-0.7400, -0.0600]");
}

TEST(ReportTable, StratifiedOfTheSameGroupingComesBeforeTheOriginal) {
  std::vector<RunSummary> runs{run("rnb", "regroup", 0, 5.0), run("stratified", "original", 0, 6.0)};
  EXPECT_EQ(cell(report_table(runs), "rnb", "vs stratified [95 %]"), "-1.0000");
  runs.push_back(run("stratified", "regroup", 0, 5.5));
  const ReportTable t = report_table(runs);
  EXPECT_EQ(cell(t, "rnb", "vs stratified [95 %]"), "-0.5000");
  EXPECT_EQ(cell(t, "stratified", "vs stratified [95 %]", "regroup"), "-");
}

TEST(ReportTable, NoCommonSeedNoDifference) {
  const ReportTable t = report_table({run("rnb", "original", 0, 5.0), run("natural", "original", 1, 6.0)});
  EXPECT_EQ(cell(t, "rnb", "vs natural [95 %]"), "-");
}

TEST(ReportTable, OverheadsArePercent) {
  const ReportTable t = report_table({run("rnb", "original", 0, 5.0)});
  EXPECT_EQ(cell(t, "rnb", "overhead s %"), "3.00");       // (2 + 1) / 100
  EXPECT_EQ(cell(t, "rnb", "overhead FLOPs %"), "0.100");  // 1e6 / 1e9
  EXPECT_EQ(cell(t, "rnb", "paper's formula %"), "0.0010");
  EXPECT_EQ(cell(t, "rnb", "regroup s"), "7.0");
  EXPECT_EQ(cell(t, "rnb", "accuracy %"), "25.00");
  EXPECT_EQ(cell(t, "rnb", "domain mean"), "5.5000");
}

TEST(ReportTable, RunsThatSharedTheMachineKeepTheirSecondsOut) {
  auto shared = run("rnb", "original", 0, 5.0);
  shared.shared_machine = true;
  const ReportTable t = report_table({shared});
  EXPECT_EQ(cell(t, "rnb", "overhead s %"), "-");
  EXPECT_EQ(cell(t, "rnb", "overhead FLOPs %"), "0.100");
  EXPECT_THAT(t.notes, Contains(HasSubstr("shared the machine")));
}

TEST(ReportTable, PartialRunsAreLeftOutAndSaid) {
  auto cut = run("rnb", "original", 1, 9.0);
  cut.status = "partial";
  const ReportTable t = report_table({run("rnb", "original", 0, 5.0), cut});
  EXPECT_EQ(cell(t, "rnb", "seeds"), "1");
  EXPECT_THAT(t.notes, Contains(HasSubstr("did not finish")));
}

TEST(ReportTable, NoRunsGiveAnEmptyTableInEveryFormat) {
  const ReportTable t = report_table({});
  EXPECT_THAT(t.rows, IsEmpty());
  EXPECT_THAT(t.notes, Contains("no run is complete."));
  for (const auto format : {TableFormat::Text, TableFormat::Markdown, TableFormat::Csv, TableFormat::Latex})
    EXPECT_THAT(render(t, format), HasSubstr("test loss"));
}

TEST(ReportTable, ADivergedRunShowsNoMean) {
  const ReportTable t =
      report_table({run("rnb", "original", 0, std::nan("")), run("natural", "original", 0, 6.0)});
  EXPECT_EQ(cell(t, "rnb", "test loss"), "-");
  EXPECT_EQ(cell(t, "rnb", "vs natural [95 %]"), "-");
  EXPECT_THAT(t.notes, Contains(HasSubstr("not a number")));
}

TEST(ReportTable, OtherStepsOrStoresAreOtherRows) {
  auto longer = run("rnb", "original", 1, 5.0), other = run("rnb", "original", 2, 5.0);
  longer.experiment["steps"] = "1000";
  other.store_digest = "another";
  const ReportTable t = report_table({run("rnb", "original", 0, 5.0), longer, other});
  EXPECT_EQ(t.rows.size(), 3U);
  EXPECT_EQ(t.columns.back(), "setting");
  EXPECT_THAT(t.notes, Contains(HasSubstr("steps=1000")));
}

TEST(ReportTable, TheSettingNamesOnlyWhatDiffers) {
  auto base = run("rnb", "original", 0, 5.0), longer = run("rnb", "original", 0, 5.0);
  base.experiment["lr"] = longer.experiment["lr"] = "0.001";
  longer.experiment["steps"] = "1000";
  longer.experiment["warmup"] = "0.1";                 // a key that the other run's program did not have yet
  longer.experiment["zero-shot"] = "";                 // another one, not used
  longer.experiment["checkpoint-activations"] = "on";  // changes no result
  longer.run_id = "longer";
  const ReportTable t = report_table({base, longer});
  EXPECT_THAT(t.notes, Contains("setting 1: steps=1000, warmup=0.1"));
  EXPECT_THAT(t.notes, Contains("setting 2: steps=500, warmup=-"));
}

TEST(ReportTable, ABudgetShowsTheStepsThatItLeft) {
  auto plain = run("stratified", "original", 0, 5.0), costly = run("doremi", "original", 0, 9.0);
  plain.steps = 300;
  costly.steps = 0;
  EXPECT_THAT(report_table({plain, costly}).columns, Not(Contains("steps")));
  plain.experiment["budget"] = costly.experiment["budget"] = "flops=1e9";
  const ReportTable t = report_table({plain, costly});
  EXPECT_EQ(t.columns.back(), "steps");
  EXPECT_EQ(t.rows[0].back(), "0");
  EXPECT_EQ(t.rows[1].back(), "300");
  EXPECT_THAT(t.notes, Contains(AllOf(HasSubstr("spent the whole budget"), HasSubstr("doremi"),
                                      Not(HasSubstr("stratified")))));
}

TEST(ReportTable, OneSettingNeedsNoColumn) {
  auto other = run("rnb", "original", 0, 5.0);  // another data set has another store; that says nothing
  other.run_id = "other";
  other.dataset = "dolly";
  other.store_digest = "another";
  const ReportTable t = report_table({run("rnb", "original", 0, 5.0), other});
  EXPECT_EQ(t.rows.size(), 2U);
  EXPECT_THAT(t.columns, Not(Contains("setting")));
  EXPECT_THAT(t.notes, Not(Contains(HasSubstr("setting"))));
}

TEST(ReportTable, TwoStoresOfADataSetAreTold) {
  auto first = run("rnb", "original", 0, 5.0), second = run("rnb", "original", 0, 5.0);
  first.store_digest = std::string(64, 'a');
  second.store_digest = std::string(64, 'b');
  second.run_id = "second";
  const ReportTable t = report_table({first, second});
  EXPECT_THAT(t.notes, Contains("setting 1: store=aaaaaaaaaaaa"));
  EXPECT_THAT(t.notes, Contains("setting 2: store=bbbbbbbbbbbb"));
}

TEST(ReportTable, KeysThatCannotChangeResultsShareARow) {
  auto other = run("rnb", "original", 1, 5.0);
  other.experiment["threads"] = "2";
  EXPECT_EQ(report_table({run("rnb", "original", 0, 5.0), other}).rows.size(), 1U);
}

TEST(ReportTable, TheSameRunTwiceCountsOnce) {
  const auto r = run("rnb", "original", 0, 5.0);
  EXPECT_EQ(cell(report_table({r, r}), "rnb", "seeds"), "1");
}

TEST(ReportTable, TwoRunsOfOneSeedAreAnError) {
  auto other = run("rnb", "original", 0, 5.1);
  other.run_id = "another";
  EXPECT_THROW(report_table({run("rnb", "original", 0, 5.0), other}), Error);
}

}  // namespace
}  // namespace rnb
