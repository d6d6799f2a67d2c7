#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::output_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReportCommand : public test::TwoRuns {};

TEST_F(ReportCommand, InEveryFormat) {
  EXPECT_THAT(output_of("report", {runs_}), HasSubstr("-0.5000"));
  EXPECT_THAT(output_of("report", {"--format", "md", runs_}), StartsWith("| data set |"));
  EXPECT_THAT(output_of("report", {"--format", "csv", runs_}), StartsWith("data set,grouping,"));
  EXPECT_THAT(output_of("report", {"--format", "latex", runs_}), StartsWith("\\begin{tabular}"));
  EXPECT_THROW(call_command("report", {"--form", "md", runs_}), UsageError) << "prefixes of options are off";
  EXPECT_THROW(call_command("report", {"--format", "markdwon", runs_}), UsageError);
}

TEST_F(ReportCommand, WritesAFile) {
  EXPECT_EQ(output_of("report", {"--format=csv", "--out", at("table.csv"), runs_}), "");
  EXPECT_THAT(test::read_bytes(at("table.csv")), HasSubstr("wordnet,original,rnb,1,5.0000"));
}

// A stand-in for the drawing program: it writes its arguments where the page should be.
class ReportPage : public ReportCommand {
 protected:
  ReportPage() {
    fs::create_directory(at("plots"));
    draws("printf '%s\\n' \"$@\" > \"$2\"\n");
    ::setenv("RNB_PYTHON", "/bin/sh", 1);
    ::setenv("RNB_PLOTS", at("plots").c_str(), 1);
  }
  ~ReportPage() override {
    ::unsetenv("RNB_PYTHON");
    ::unsetenv("RNB_PLOTS");
  }
  void draws(const char* script) const { std::ofstream(at("plots/report.py")) << script; }
};

TEST_F(ReportPage, TheRunsGoToTheDrawingProgram) {
  output_of("report", {"--html", at("page.html"), runs_});
  EXPECT_THAT(
      test::read_bytes(at("page.html")),
      AllOf(HasSubstr("--table\n"), HasSubstr(at("a/run.h5") + "\n"), HasSubstr(at("b/run.h5") + "\n")));
}

TEST_F(ReportPage, ADrawingThatFailsIsAnErrorThatNamesThePage) {
  draws("exit 1\n");
  ::testing::internal::CaptureStdout();
  try {
    call_command("report", {"--html", at("page.html"), runs_});
    ADD_FAILURE() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("page.html: the page could not be drawn by /bin/sh"));
  }
  ::testing::internal::GetCapturedStdout();
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_NE(entry.path().extension(), ".csv") << "the table for the drawing program is left behind";
}

TEST_F(ReportPage, AMergedFileIsHandedOverOnce) {
  const std::string all = at("all.h5");
  call_command("merge", {"--out", all, runs_});
  output_of("report", {"--html", at("page.html"), all});
  const std::string page = test::read_bytes(at("page.html"));
  EXPECT_THAT(page, HasSubstr("\n" + all + "\n"));
  EXPECT_EQ(page.find(all), page.rfind(all));
}

}  // namespace
}  // namespace rnb
