// The program as `cmake --install` lays it out, moved to another place: it uses its own files, not the source
// tree's.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/launch.h"
#include "tests/base/scratch_folder.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

// An installed tree that is no longer where it was installed.
class InstalledTree : public testing::Test {
 protected:
  InstalledTree() : prefix_(scratch_.path() / "moved") {
    const fs::path first = scratch_.path() / "first";
    const auto said = output_of_program({RNB_CMAKE, "--install", RNB_BINARY_DIR, "--prefix", first.string()});
    EXPECT_TRUE(said) << "cmake --install failed";
    fs::rename(first, prefix_);
  }

  // Standard output and error of the installed program, which is called from the scratch folder without
  // variables that name other files; a last line "exit code N".
  std::string call(const std::vector<std::string>& arguments) const {
    const char* const script =
        "unset RNB_PLOTS RNB_PARQUET_READER RNB_ENCODER RNB_PYTHON; cd \"$1\"; shift; \"$@\" 2>&1; echo "
        "\"exit code $?\"";
    std::vector<std::string> words{"sh", "-c", script, "sh", scratch_.path().string(), program().string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return output_of_program(words).value_or("the shell failed");
  }

  fs::path program() const { return prefix_ / "bin/rnb"; }
  fs::path share(const std::string& name) const { return prefix_ / "share/rnb" / name; }

  ScratchFolder scratch_;
  fs::path prefix_;
};

TEST_F(InstalledTree, ListsAndPlansAndReproducesFromItsOwnFiles) {
  EXPECT_THAT(call({"list", "methods"}), testing::AllOf(HasSubstr("stratified"), HasSubstr("exit code 0")));
  EXPECT_THAT(call({"sweep", share("experiments/quickstart.ini").string(), "--dry-run"}),
              testing::AllOf(HasSubstr("15 runs"), HasSubstr("exit code 0")));
  // The settings are the files of experiments/paper: one that is only here is found.
  fs::copy_file(share("experiments/paper/dolly.ini"), share("experiments/paper/only-here.ini"));
  EXPECT_THAT(call({"reproduce", "nothing"}),
              testing::AllOf(HasSubstr("only-here"), HasSubstr("exit code 2")));
}

TEST_F(InstalledTree, DrawsAPageWithItsOwnPrograms) {
  if (!fs::exists(RNB_SOURCE_DIR "/.venv/bin/python"))
    GTEST_SKIP() << "no Python with matplotlib: scripts/setup.sh";
  std::ofstream(share("plots/report.py"), std::ios::app) << "    print(\"drawn by the moved tree\")\n";
  const fs::path run = test::make_run(scratch_.path(), {});
  const fs::path page = scratch_.path() / "page.html";
  const std::string said = call({"report", run.string(), "--html", page.string()});
  EXPECT_THAT(said, testing::AllOf(HasSubstr("drawn by the moved tree"), HasSubstr("exit code 0")));
  EXPECT_GT(fs::file_size(page), 10'000u);  // figures are in it
}

TEST_F(InstalledTree, KnowsWhereItsFilesAre) {
  const std::string said = call({"doctor", "--json"});
  const auto report = nlohmann::json::parse(said.substr(0, said.rfind("exit code")));
  int here = 0;
  for (const auto& finding : report.at("findings")) {
    const auto value = finding.at("value").get<std::string>();
    if (finding.at("topic") != "files" || finding.at("name") == "sentence encoder") continue;
    EXPECT_THAT(value, StartsWith(prefix_.string())) << finding;
    ++here;
  }
  EXPECT_EQ(here, 5);  // training module, experiments, the papers' numbers, drawing programs, Parquet reader
}

TEST_F(InstalledTree, SaysTheCommitThatItWasBuiltFrom) {
  const std::string said = call({"--version"});
  const auto type_of = [](const std::string& object) {
    return output_of_program({"git", "-C", RNB_SOURCE_DIR, "cat-file", "-t", object});
  };
  if (!type_of("HEAD")) {
    EXPECT_THAT(said, HasSubstr("built outside a git checkout"));
    return;
  }
  const std::string before = "(commit ";
  const auto at = said.find(before);
  ASSERT_NE(at, std::string::npos) << said;
  EXPECT_EQ(type_of(said.substr(at + before.size(), 12)), "commit\n") << said;
}

}  // namespace
}  // namespace rnb
