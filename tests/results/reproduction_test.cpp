#include "results/reproduction.h"

#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kHeader = "where,cell,grouping,domains,method,quantity,value,unit,note\n";

class ReproductionTest : public ::testing::Test {
 protected:
  fs::path csv(const std::string& rows) const {
    std::ofstream(folder_.path() / "printed.csv") << kHeader << rows;
    return folder_.path() / "printed.csv";
  }
  RunSummary run(const std::string& method, const std::string& grouping, const std::string& seed, double loss,
                 const std::string& label = "") const {
    RunSummary r;
    r.file = method + seed;
    r.status = "complete";
    r.label = label.empty() ? method : label;
    r.grouping = grouping;
    r.test_loss = loss;
    r.experiment = {{"method", method}, {"seed", seed}};
    r.flops = {{"train", 100}, {"signal", 2}};
    return r;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ReproductionTest, PutsMeansAndPairedGapsBesideThePaperNumbers) {
  const auto printed =
      read_paper_numbers(csv("Table 1,a,original,8,stratified,test loss,2.8,nats,\n"
                             "Table 1,b,original,8,stratified,overhead,0,%,\n"
                             "\"Figure 3, left\",c,regrouped,7,rnb,test loss,2.7,nats,\n"
                             "Table 1,d,regrouped,7,rnb,overhead,0.0006,%,\n"
                             "Table 1,e,original,8,dga,test loss,,nats,not given\n"
                             "Figure 4,f,original,8,stratified,test loss,2.5,nats,longer\n"
                             "Figure 2,g,regrouped,5-30,stratified,evaluation loss,2,nats,axis\n"));
  const auto rows = compare_with_printed(
      printed, {run("stratified", "original", "1", 3.0), run("stratified", "original", "2", 3.2),
                run("rnb", "regroup-minilm-k7", "1", 2.9), run("rnb", "regroup-minilm-k7", "2", 3.0),
                run("rnb", "random-k7-s1", "1", 1.0)});
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].printed_loss, 2.8);
  EXPECT_DOUBLE_EQ(rows[0].loss.mean, 3.1);
  EXPECT_EQ(rows[0].gap.n, 0) << "to itself";
  EXPECT_EQ(rows[0].where, "Table 1; Figure 4");
  EXPECT_EQ(rows[1].grouping, "regroup-minilm-k7");
  EXPECT_EQ(rows[1].where, "Figure 3, left; Table 1");
  EXPECT_DOUBLE_EQ(rows[1].loss.mean, 2.95);
  EXPECT_NEAR(*rows[1].printed_gap, -0.1, 1e-12);
  EXPECT_NEAR(rows[1].gap.mean, -0.15, 1e-12);  // -0.1 and -0.2
  EXPECT_EQ(rows[1].printed_overhead, 0.0006);
  EXPECT_DOUBLE_EQ(rows[1].overhead.mean, 2.0);
  EXPECT_EQ(rows[2].method, "dga");
  EXPECT_EQ(rows[2].loss_verdict, "no run");
  EXPECT_THAT(render(rows),
              AllOf(HasSubstr("2.9500 ± 0.6353"), HasSubstr("-0.100")));  // t(0.975, 1) = 12.706
}

TEST_F(ReproductionTest, VariantsOfAMethodHaveRowsOfTheirOwn) {
  const auto printed = read_paper_numbers(csv("T,a,original,8,rnb,test loss,2.7,nats,\n"));
  const auto rows = compare_with_printed(
      printed, {run("rnb", "original", "1", 3, "rnb lambda=1"), run("rnb", "original", "1", 2.7, "rnb")});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].label, "rnb");
  EXPECT_EQ(rows[1].label, "rnb lambda=1");
  EXPECT_THROW(
      compare_with_printed(printed, {run("rnb", "original", "1", 3), run("rnb", "original", "1", 4)}), Error);
}

TEST(Verdicts, OfLosses) {
  const Spread three{.mean = 2.8, .deviation = 0.01, .n = 3};  // half width 4.303 * 0.01 / sqrt(3) = 0.0248
  EXPECT_EQ(loss_verdict(2.82, three), "agrees");
  EXPECT_EQ(loss_verdict(2.83, three), "-0.030");
  EXPECT_EQ(loss_verdict(2.7, three), "+0.100");
  EXPECT_EQ(loss_verdict({}, three), "not printed");
  EXPECT_EQ(loss_verdict(2.7, Spread{}), "no run");
  EXPECT_EQ(loss_verdict(2.7, Spread{.mean = 2.7, .deviation = std::nan(""), .n = 1}),
            "+0.000, one seed only");
}

TEST(Verdicts, OfGaps) {
  const Spread below{.mean = -0.1, .deviation = 0.01, .n = 3},
      noise{.mean = -0.01, .deviation = 0.01, .n = 3};
  EXPECT_EQ(gap_verdict(-0.02, below), "same direction");
  EXPECT_EQ(gap_verdict(0.02, below), "opposite direction");
  EXPECT_EQ(gap_verdict(0.0, below), "printed as none");
  EXPECT_EQ(gap_verdict(-0.02, noise), "cannot be told from 0");
  EXPECT_EQ(gap_verdict({}, below), "-");
}

}  // namespace
}  // namespace rnb
