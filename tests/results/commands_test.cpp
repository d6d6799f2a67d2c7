#include "results/commands.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "results/hdf5_file.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    test::make_run(folder_.path(), {.run_id = "a", .label = "rnb", .test_loss = 5.0});
    test::make_run(folder_.path(), {.run_id = "b", .label = "natural", .test_loss = 5.5});
  }
  template <typename Command>
  std::string output_of(const Command& command, const std::vector<std::string>& args, int expected = 0) {
    ::testing::internal::CaptureStdout();
    const int result = command(args);
    std::string out = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(result, expected);
    return out;
  }
  test::TemporaryFolder folder_;
  const std::string runs_ = folder_.path().string();
};

TEST_F(CommandsTest, HelpNeedsNoRuns) {
  for (const auto command : {report_command, info_command, profile_command, validate_command, merge_command})
    EXPECT_THAT(output_of(command, {"--help"}), HasSubstr("--help"));
}

TEST_F(CommandsTest, WrongUseIsAUsageError) {
  for (const auto command :
       {report_command, info_command, profile_command, validate_command, merge_command}) {
    EXPECT_THROW(command({}), UsageError);
    EXPECT_THROW(command({"--no-such-option", runs_}), UsageError);
  }
  EXPECT_THROW(report_command({"--form", "md", runs_}), UsageError) << "prefixes of options are off";
  EXPECT_THROW(report_command({"--format", "markdwon", runs_}), UsageError);
  EXPECT_THROW(merge_command({runs_}), UsageError) << "--out is missing";
}

TEST_F(CommandsTest, ReportsInEveryFormat) {
  EXPECT_THAT(output_of(report_command, {runs_}), HasSubstr("-0.5000"));
  EXPECT_THAT(output_of(report_command, {"--format", "md", runs_}), StartsWith("| data set |"));
  EXPECT_THAT(output_of(report_command, {"--format", "csv", runs_}), StartsWith("data set,grouping,"));
  EXPECT_THAT(output_of(report_command, {"--format", "latex", runs_}), StartsWith("\\begin{tabular}"));
}

TEST_F(CommandsTest, ReportWritesAFile) {
  const fs::path out = folder_.path() / "table.csv";
  EXPECT_EQ(output_of(report_command, {"--format=csv", "--out", out.string(), runs_}), "");
  EXPECT_THAT(test::read_bytes(out), HasSubstr("wordnet,original,rnb,1,5.0000"));
}

// A stand-in for the drawing program: it writes its arguments where the page should be.
TEST_F(CommandsTest, ReportHandsTheRunsToThePagesProgram) {
  const fs::path out = folder_.path() / "page.html", script = folder_.path() / "plots";
  fs::create_directory(script);
  std::ofstream(script / "report.py") << "printf '%s\\n' \"$@\" > \"$2\"\n";
  ::setenv("RNB_PYTHON", "/bin/sh", 1);
  ::setenv("RNB_PLOTS", script.c_str(), 1);
  output_of(report_command, {"--html", out.string(), runs_});
  EXPECT_THAT(test::read_bytes(out), AllOf(HasSubstr("--table\n"), HasSubstr(runs_ + "/a/run.h5\n"),
                                           HasSubstr(runs_ + "/b/run.h5\n")));
  std::ofstream(script / "report.py") << "exit 1\n";
  EXPECT_THROW(output_of(report_command, {"--html", out.string(), runs_}), Error);
  ::testing::internal::GetCapturedStdout();
  ::unsetenv("RNB_PYTHON");
  ::unsetenv("RNB_PLOTS");
}

TEST_F(CommandsTest, InfoSaysARunInWords) {
  EXPECT_THAT(output_of(info_command, {runs_ + "/a"}),
              AllOf(HasSubstr("rnb (a) on wordnet"), HasSubstr("complete"), HasSubstr("test loss 5.0000"),
                    HasSubstr("15.00 % of training seconds, 5.000 % of its FLOPs"), HasSubstr("20 steps")));
}

TEST_F(CommandsTest, InfoAsJson) {
  const auto all = nlohmann::json::parse(output_of(info_command, {"--json", runs_}));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["run_id"], "a");
  EXPECT_EQ(all[0]["test_loss"], 5.0);
  EXPECT_EQ(all[0]["seconds"]["signal"], 1.0);
  EXPECT_TRUE(all[0]["weighted_loss"].is_null());
}

TEST_F(CommandsTest, ValidateExitsWithFourWhenOneDoesNotFit) {
  EXPECT_THAT(output_of(validate_command, {runs_}), HasSubstr("a/run.h5: valid"));
  std::ofstream(folder_.path() / "b" / "run.h5") << "damaged";
  EXPECT_THAT(output_of(validate_command, {runs_}, 4),
              AllOf(HasSubstr("a/run.h5: valid"), HasSubstr("b/run.h5: does not fit the schema")));
  const auto all = nlohmann::json::parse(output_of(validate_command, {"--json", runs_}, 4));
  EXPECT_TRUE(all.at(runs_ + "/a/run.h5").empty());
  EXPECT_EQ(all.at(runs_ + "/b/run.h5").size(), 1U);
}

TEST_F(CommandsTest, MergePutsEachRunIntoAGroup) {
  const fs::path out = folder_.path() / "all.h5";
  output_of(merge_command, {"--out", out.string(), runs_});
  const Hdf5Reader in(out);
  EXPECT_EQ(in.text_attribute("/", "encoding-type"), "rnb-runs");
  EXPECT_THAT(in.children("/"), ElementsAre("a", "b"));
  EXPECT_EQ(in.text_attribute("/b", "label"), "natural");
  EXPECT_THAT(in.doubles("/a/curves/test_loss/value"), ElementsAre(5.0));
  EXPECT_THAT(in.strings("/a/mixture/domain_names"), ElementsAre("noun.food", "verb.motion"));
}

TEST_F(CommandsTest, AMergedFileIsReadLikeTheRunsInIt) {
  const std::string all = (folder_.path() / "all.h5").string();
  merge_command({"--out", all, runs_});
  EXPECT_EQ(output_of(report_command, {all}), output_of(report_command, {runs_}));
  EXPECT_EQ(output_of(report_command, {all, runs_}), output_of(report_command, {runs_}));  // each run once
  EXPECT_THAT(output_of(info_command, {all}),
              AllOf(HasSubstr(all + "/a\n  rnb (a) on wordnet"), HasSubstr(all + "/b\n  natural (b)")));
  const auto json = nlohmann::json::parse(output_of(info_command, {"--json", all}));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["test_loss"], 5.5);
  EXPECT_THAT(output_of(validate_command, {all}), AllOf(HasSubstr("/a: valid"), HasSubstr("/b: valid")));
}

TEST_F(CommandsTest, AMergedFileIsMergedAgain) {
  const std::string first = (folder_.path() / "first.h5").string(),
                    all = (folder_.path() / "all.h5").string();
  merge_command({"--out", first, runs_ + "/a"});
  merge_command({"--out", all, first, runs_ + "/b"});
  EXPECT_EQ(output_of(report_command, {all}), output_of(report_command, {runs_}));
  EXPECT_THROW(merge_command({"--out", all + "2", first, runs_ + "/a"}), Error);
}

TEST_F(CommandsTest, AMergedFileGoesToThePagesProgramOnce) {
  const fs::path all = folder_.path() / "all.h5", out = folder_.path() / "page.html",
                 script = folder_.path() / "plots";
  merge_command({"--out", all.string(), runs_});
  fs::create_directory(script);
  std::ofstream(script / "report.py") << "printf '%s\\n' \"$@\" > \"$2\"\n";
  ::setenv("RNB_PYTHON", "/bin/sh", 1);
  ::setenv("RNB_PLOTS", script.c_str(), 1);
  output_of(report_command, {"--html", out.string(), all.string()});
  const std::string page = test::read_bytes(out);
  EXPECT_THAT(page, HasSubstr("\n" + all.string() + "\n"));
  EXPECT_EQ(page.find(all.string()), page.rfind(all.string()));
  ::unsetenv("RNB_PYTHON");
  ::unsetenv("RNB_PLOTS");
}

TEST_F(CommandsTest, MergeRefusesARunTwiceAndLeavesNothing) {
  fs::create_directory(folder_.path() / "copy");
  fs::copy_file(folder_.path() / "a/run.h5", folder_.path() / "copy/run.h5");
  const fs::path out = folder_.path() / "out";
  fs::create_directory(out);
  EXPECT_THROW(merge_command({"--out", (out / "all.h5").string(), runs_}), Error);
  EXPECT_TRUE(fs::is_empty(out));
}

}  // namespace
}  // namespace rnb
