#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/bill/cost_table1.h"
#include "harness/commands/cli.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string output_of(const std::vector<std::string>& args) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(call_command("cost", args), 0);
  return ::testing::internal::GetCapturedStdout();
}

double percent_of(const json& list, const std::string& method, const char* field) {
  for (const auto& row : list)
    if (row.at("method") == method) return row.at(field).get<double>();
  ADD_FAILURE() << "no row " << method;
  return 0;
}

TEST(CostCommand, TakesItsInputsFromOptions) {
  const auto out =
      json::parse(output_of({"--json", "--parameters", "1000", "--train-tokens", "600", "--eval-tokens", "90",
                             "--rounds", "2", "--domains", "3", "--delta", "0.01"}));
  // By hand: 3 x 0.01 + 5 x 90 / 1800; 2 x 3 x 90 / 1800; 0.03 + 2 x 0.01 x 90 / 600; 2 x 9 / 3600.
  EXPECT_NEAR(percent_of(out.at("formulas"), "skillit", "percent"), 28, 1e-9);
  EXPECT_NEAR(percent_of(out.at("formulas"), "aioli", "percent"), 30, 1e-9);
  EXPECT_NEAR(percent_of(out.at("formulas"), "dga", "percent"), 3.3, 1e-9);
  EXPECT_NEAR(percent_of(out.at("formulas"), "rnb", "percent"), 0.5, 1e-9);
  EXPECT_EQ(out.at("training_flops").get<double>(), 6.0 * 1000 * 600);
  EXPECT_THAT(output_of({}), AllOf(HasSubstr("62.5   T m D_e / (3 D_t)"), HasSubstr("14.4625")));
}

TEST(CostCommand, WrongUseIsAUsageErrorThatNamesTheOption) {
  EXPECT_THROW(call_command("cost", {"runs"}), UsageError);
  EXPECT_THROW(call_command("cost", {"--measured"}), UsageError);
  EXPECT_THROW(call_command("cost", {"--measured", "--table1", "runs"}), UsageError);
  try {
    call_command("cost", {"--domains", "0"});
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), HasSubstr("--domains 0; expected a number of at least 1"));
  }
}

TEST(Table1, EveryCellButTheExchangedOnesIsReproduced) {
  const auto cells = table1();
  ASSERT_EQ(cells.size(), 12U);
  for (const Table1Cell& cell : cells) {
    const double percent = 100 * cost_formula(cell.method)->share(cell.fits);
    const bool exchanged = cell.printed == "6e7" || cell.printed == "7e6";
    EXPECT_EQ(agrees(percent, cell.printed), !exchanged)
        << cell.dataset << " " << cell.method << " " << percent;
  }
  // The two cells agree with each other's formula.
  EXPECT_TRUE(agrees(100 * cost_formula("skillit")->share(cells[8].fits), cells[9].printed));
  EXPECT_TRUE(agrees(100 * cost_formula("aioli")->share(cells[9].fits), cells[8].printed));
}

TEST(Table1, TheColumnsOwnNumberOfDomainsDoesNotFitNaturalInstructions) {
  const auto cells = table1();
  EXPECT_NEAR(100 * cost_formula("skillit")->share(cells[4].row), 714.7, 0.05);
  EXPECT_NEAR(100 * cost_formula("aioli")->share(cells[5].row), 5643, 0.5);
  EXPECT_NEAR(100 * cost_formula("dga")->share(cells[6].row), 2.12, 0.005);
  EXPECT_THAT(output_of({"--table1"}),
              AllOf(HasSubstr("m=30, the regrouped count; the column is headed m=38; and T=3"),
                    HasSubstr("exchanged, both agree"), HasSubstr("1336.5")));
  EXPECT_EQ(json::parse(output_of({"--table1", "--json"})).size(), 12U);
}

TEST(CostCommand, PutsTheFormulaBesideWhatWasMeasured) {
  test::TemporaryFolder folder;
  test::make_run(folder.path(), {.run_id = "a", .label = "rnb lambda=1"});
  test::make_run(folder.path(), {.run_id = "b", .label = "natural"});
  const auto out = json::parse(output_of({"--measured", "--json", folder.path().string()}));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].at("inputs").at("N"), 12345.0);
  EXPECT_EQ(out[0].at("inputs").at("m"), 2.0);
  EXPECT_EQ(out[0].at("inputs").at("D_e"), 80.0);  // of the last validation
  const double tokens = out[0].at("inputs").at("D_t").get<double>(),
               rounds = out[0].at("inputs").at("T").get<double>();
  EXPECT_GT(tokens, 64);
  EXPECT_NEAR(out[0].at("formula_percent").get<double>(), 100 * rounds * 4 / (6 * tokens), 1e-12);
  EXPECT_NEAR(out[0].at("flops_percent").get<double>(), 5.0, 1e-9);     // 3e8 of 6e9
  EXPECT_NEAR(out[0].at("seconds_percent").get<double>(), 15.0, 1e-9);  // 1 + 0.5 of 10
  EXPECT_TRUE(out[1].at("formula_percent").is_null());
  EXPECT_THAT(output_of({"--measured", folder.path().string()}), HasSubstr("rnb lambda=1 (a)"));
}

}  // namespace
}  // namespace rnb
