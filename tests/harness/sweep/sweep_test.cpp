#include "harness/sweep/sweep.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/json_file.h"
#include "harness/sweep/sweep_summary.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A stand-in for the program: a shell script that keeps the protocol of `rnb run`. Seed 2 fails while fail_2
// exists, every run is busy (exit code 5) while held exists; seed 9 ends at a signal, seed 8 at a second one,
// since the first makes it save for ever. With vanish the first run takes the program away. Each run that is
// really made adds a line to made.txt.
constexpr const char* kScript = R"(#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/calls.txt"
[ "$1" = prepare ] && exit 0
seed=1
while [ $# -gt 0 ]; do
  case "$1" in --seed) seed=$2; shift;; --out) out=$2; shift;; esac
  shift
done
mkdir -p "$out/run$seed"
if [ -e "$here/vanish" ]; then rm "$0"; fi
echo "run_folder=$out/run$seed"
[ -e "$out/run$seed/run.h5" ] && exit 0
if [ "$seed" = 9 ]; then trap 'exit 143' TERM; touch "$here/nine"; while :; do sleep 0.05; done; fi
if [ "$seed" = 8 ]; then
  trap 'trap - TERM; touch "$here/saving"; while :; do sleep 0.05; done' TERM
  touch "$here/eight"; while :; do sleep 0.05; done
fi
if [ -e "$here/held" ]; then exit 5; fi
if [ "$seed" = 2 ] && [ -e "$here/fail_2" ]; then echo "it went wrong" >&2; exit 1; fi
echo "$seed" >> "$here/made.txt"; echo done > "$out/run$seed/run.h5"
)";

// False: it did not happen within a minute.
bool happens(const std::function<bool()>& what) {
  for (int tries = 0; tries < 60'000; ++tries) {
    if (what()) return true;
    ::usleep(1000);
  }
  return false;
}

class SweepRun : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rnb-sweep-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::ofstream(folder_ / "rnb") << kScript;
    fs::permissions(folder_ / "rnb", fs::perms::owner_all);
    options_.program = (folder_ / "rnb").string();
    options_.out = folder_ / "out";
    options_.retry_seconds = 0.05;
  }
  void TearDown() override { fs::remove_all(folder_); }

  SweepReport sweep(const std::string& text) {
    return run_sweep(plan_sweep(parse_ini(text, "x.ini"), {}, options_.out.string()), options_);
  }
  std::string file(const std::string& name) const { return read_text_file(folder_ / name); }
  std::vector<std::string> logs() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(options_.out / "logs"))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  // Files just written count as older than a sweep that starts within the same tick of the file clock
  // otherwise.
  void age(const std::string& run) const {
    fs::last_write_time(options_.out / run / "run.h5",
                        fs::file_time_type::clock::now() - std::chrono::hours(1));
  }

  fs::path folder_;
  SweepOptions options_;
};

TEST_F(SweepRun, OneFailureDoesNotStopTheRestAndIsNamed) {
  std::ofstream(folder_ / "fail_2") << "";
  const SweepReport report = sweep("store = s\nseed = 1..3\n");
  EXPECT_EQ(report.made, 2);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_THAT(report.failures[0].what, HasSubstr("rnb run --store s --method natural --seed 2"));
  EXPECT_THAT(read_text_file(report.failures[0].log), HasSubstr("it went wrong"));
  EXPECT_EQ(file("made.txt"), "1\n3\n");
}

TEST_F(SweepRun, ARunThatCannotBeStartedIsAFailureAndLeavesTheOthersAlone) {
  std::ofstream(folder_ / "vanish") << "";
  options_.jobs = 2;
  const SweepReport report = sweep("store = s\nseed = 1..3\n");
  EXPECT_EQ(report.made, 1);
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_EQ(report.failures[0].code, 127);
  EXPECT_THAT(report.failures[0].what, HasSubstr("--seed 2"));
  EXPECT_THAT(read_text_file(report.failures[0].log), HasSubstr("cannot be started"));
  EXPECT_EQ(file("made.txt"), "1\n");
}

TEST_F(SweepRun, AStoreThatCannotBePreparedEndsTheSweepWithAFailure) {
  fs::remove(folder_ / "rnb");
  const SweepReport report = sweep("seed = 1..3\n[data]\ndataset = toy\n");
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].code, 127);
  EXPECT_EQ(report.not_started, 3);
  EXPECT_EQ(report.exit_code(), 3);
}

TEST_F(SweepRun, ASecondSweepMakesOnlyWhatIsMissing) {
  std::ofstream(folder_ / "fail_2") << "";
  sweep("store = s\nseed = 1..3\n");
  fs::remove(folder_ / "fail_2");
  age("run1");
  age("run3");
  const SweepReport again = sweep("store = s\nseed = 1..3\n");
  EXPECT_EQ(again.already_finished, 2);
  EXPECT_EQ(again.made, 1);
  EXPECT_EQ(again.exit_code(), 0);
  EXPECT_EQ(file("made.txt"), "1\n3\n2\n");
}

TEST_F(SweepRun, StoresArePreparedFirstAndParallelRunsAreMarked) {
  options_.jobs = 2;
  EXPECT_EQ(sweep("seed = 1..4\n[data]\ndataset = toy\noption = a=1\n").made, 4);
  const std::string calls = file("calls.txt");
  EXPECT_TRUE(calls.starts_with("prepare --dataset toy --option a=1 --out " + options_.out.string() +
                                "/stores/toy\n"));
  EXPECT_THAT(calls, HasSubstr("--shared-machine"));
}

TEST_F(SweepRun, ARunHeldByAnotherProcessIsWaitedFor) {
  std::ofstream(folder_ / "held") << "";
  std::thread other([&] {  // "the other sweep" ends once ours has asked for the second time
    const auto calls = [&] {
      std::ifstream file(folder_ / "calls.txt");
      return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
    };
    EXPECT_TRUE(happens([&] { return calls() >= 2; }));
    fs::remove(folder_ / "held");
  });
  const SweepReport report = sweep("store = s\nseed = 2\n");
  other.join();
  EXPECT_EQ(report.made, 1);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_THAT(logs(), ElementsAre("run2.log"));  // none of the times that it was told to wait
}

TEST_F(SweepRun, LogsHaveTheNamesOfTheirRuns) {
  std::ofstream(folder_ / "fail_2") << "";
  const SweepReport first = sweep("store = s\nseed = 1..2\n");
  EXPECT_THAT(logs(), ElementsAre("run1.log", "run2.log"));
  EXPECT_EQ(first.failures.at(0).log, options_.out / "logs/run2.log");
  // Another plan into the same folder: the second attempt at run 2 is its first run.
  const SweepReport second = sweep("store = s\nseed = 2..3\n");
  EXPECT_THAT(logs(), ElementsAre("run1.log", "run2.2.log", "run2.log", "run3.log"));
  EXPECT_EQ(second.failures.at(0).log, options_.out / "logs/run2.2.log");
  age("run1");
  sweep("store = s\nseed = 1\n");  // finished before: nothing to log
  EXPECT_THAT(logs(), ElementsAre("run1.log", "run2.2.log", "run2.log", "run3.log"));
}

TEST_F(SweepRun, ThePlanEstimatesTheDiskOfWhatIsLeft) {
  const SweepPlan plan =
      plan_sweep(parse_ini("store = s\nseed = 1..4\n", "x.ini"), {}, options_.out.string());
  ::testing::internal::CaptureStderr();
  print_plan(plan, options_);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("per run, by its settings)"));
  sweep("store = s\nseed = 1\n");
  std::ofstream(options_.out / "run1/run.h5") << std::string(2048, 'x');
  ::testing::internal::CaptureStderr();
  print_plan(plan, options_);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("estimated disk: 6.0 KiB (2.0 KiB per run so far)"));
}

TEST_F(SweepRun, ASignalIsPassedOnAndEndsTheSweep) {
  std::thread killer([&] {
    EXPECT_TRUE(happens([&] { return fs::exists(folder_ / "nine"); }));
    ::kill(::getpid(), SIGTERM);
  });
  const SweepReport report = sweep("store = s\nseed = 9, 1\n");
  killer.join();
  EXPECT_EQ(report.signal, SIGTERM);
  EXPECT_EQ(report.exit_code(), 128 + SIGTERM);
  EXPECT_EQ(report.not_started, 2);
  EXPECT_FALSE(fs::exists(folder_ / "made.txt"));
}

TEST_F(SweepRun, ASecondSignalOfTheSameNumberIsPassedOnToo) {
  std::thread killer([&] {
    EXPECT_TRUE(happens([&] { return fs::exists(folder_ / "eight"); }));
    ::kill(::getpid(), SIGTERM);
    EXPECT_TRUE(happens([&] { return fs::exists(folder_ / "saving"); }));
    ::kill(::getpid(), SIGTERM);
  });
  const SweepReport report = sweep("store = s\nseed = 8\n");
  killer.join();
  EXPECT_EQ(report.exit_code(), 128 + SIGTERM);
  EXPECT_EQ(report.not_started, 1);
}

}  // namespace
}  // namespace rnb
