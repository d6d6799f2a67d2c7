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
using ::testing::Not;
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
  draws("echo 'no runs here' >&2; exit 1\n");
  ::testing::internal::CaptureStdout();
  try {
    call_command("report", {"--html", at("page.html"), runs_});
    ADD_FAILURE() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("page.html: the page could not be drawn by /bin/sh"));
    EXPECT_THAT(e.what(), AllOf(HasSubstr("no runs here"), Not(HasSubstr("RNB_PYTHON"))));
  }
  ::testing::internal::GetCapturedStdout();
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("drawing"))) << "left behind";
}

TEST_F(ReportPage, APythonThatIsNotThereOrLacksAModuleIsNamed) {
  const auto said = [&] {
    ::testing::internal::CaptureStdout();
    std::string text = "no error";
    try {
      call_command("report", {"--html", at("page.html"), runs_});
    } catch (const Error& e) {
      text = e.what();
    }
    ::testing::internal::GetCapturedStdout();
    return text;
  };
  draws("echo \"ModuleNotFoundError: No module named 'h5py'\" >&2; exit 1\n");
  EXPECT_THAT(said(), AllOf(HasSubstr("No module named 'h5py'"), HasSubstr("RNB_PYTHON")));
  ::setenv("RNB_PYTHON", "/nowhere/python", 1);
  EXPECT_THAT(said(), AllOf(HasSubstr("'/nowhere/python' cannot be started"), HasSubstr("RNB_PYTHON")));
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
