#include "results/write_run_h5.h"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/validate.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::HandMadeRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WriteRunH5Test : public ::testing::Test {
 protected:
  fs::path make(const HandMadeRun& run = {}) { return test::make_run(folder_.path(), run); }
  // Runs `body` in a process of its own that may write at most `bytes` into one file.
  template <typename Body>
  static int with_file_limit(rlim_t bytes, bool die, const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const rlimit no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      std::signal(SIGXFSZ, die ? SIG_DFL : SIG_IGN);
      int result = 0;
      try {
        body();
      } catch (const Error&) {
        result = 7;
      }
      ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }
  static size_t files_in(const fs::path& folder) {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  test::TemporaryFolder folder_;
};

TEST_F(WriteRunH5Test, CurvesTakeTheCostsOfTheStepBefore) {
  const Hdf5Reader in(make());
  EXPECT_THAT(in.doubles("/curves/train_loss/value"), ElementsAre(7.5, 6.0));
  EXPECT_THAT(in.doubles("/curves/valid_loss/step"), ElementsAre(10, 20));
  EXPECT_THAT(in.doubles("/curves/valid_loss/value"), ElementsAre(6.25, 5.75));
  EXPECT_THAT(in.doubles("/curves/valid_loss/tokens"), ElementsAre(64, 1280));
  EXPECT_THAT(in.doubles("/curves/valid_loss/flops"), ElementsAre(3e8, 6e9));
  EXPECT_THAT(in.doubles("/curves/valid_loss/seconds"), ElementsAre(0.5, 10));
}

TEST_F(WriteRunH5Test, NullsComeBackAsNotANumber) {
  const Hdf5Reader in(make());
  EXPECT_TRUE(std::isnan(in.doubles("/curves/gradient_norm/value")[0]));
  EXPECT_EQ(in.doubles("/curves/gradient_norm/value")[1], 1.5);
  EXPECT_TRUE(std::isnan(in.doubles("/eval/test/active/loss")[0]));
  EXPECT_TRUE(std::isnan(in.doubles("/eval/examples/loss")[1]));
}

TEST_F(WriteRunH5Test, MixturesStandAtTheFirstStepThatUsedThem) {
  const Hdf5Reader in(make());
  EXPECT_THAT(in.doubles("/mixture/step"), ElementsAre(1, 11));
  EXPECT_THAT(in.doubles("/mixture/proposed"), ElementsAre(0.5, 0.5, 0.75, 0.25));
  EXPECT_THAT(in.doubles("/mixture/realised_counts"), ElementsAre(4, 4, 76, 76));
  EXPECT_THAT(in.strings("/mixture/domain_names"), ElementsAre("noun.food", "verb.motion"));
}

TEST_F(WriteRunH5Test, KeepsTextsAsTheyAre) {
  const Hdf5Reader in(make());
  EXPECT_EQ(in.text_attribute("/provenance", "command_line"), "rnb run --note 'größer, \"besser\"'");
  EXPECT_EQ(in.text_attribute("/provenance", "versions"), R"({"hdf5":"1.10.8"})");
  EXPECT_EQ(in.text_attribute("/provenance", "stop_utc"), "2026-01-02T03:05:00Z");
  EXPECT_THAT(in.strings("/eval/examples/id"), ElementsAre("ex-1", "ex-ü", "ex-3"));
  EXPECT_THAT(in.strings("/warnings/text"), ElementsAre("verb.motion gets < 1 %"));
}

TEST_F(WriteRunH5Test, ARunWithoutAnEndIsPartial) {
  const fs::path file = make({.status = ""});
  EXPECT_EQ(Hdf5Reader(file).text_attribute("/", "status"), "partial");
  EXPECT_THAT(validate_run(file), IsEmpty());
}

TEST_F(WriteRunH5Test, AStartAloneIsAValidPartialRun) {
  auto events = test::events_of(test::HandMadeRun());
  events.resize(1);
  const fs::path run = test::write_events(folder_.path(), "a1", events);
  write_run_h5(run);
  EXPECT_THAT(validate_run(run / "run.h5"), IsEmpty());
  EXPECT_THAT(Hdf5Reader(run / "run.h5").shape("/mixture/proposed"), ElementsAre(0, 2));
}

TEST_F(WriteRunH5Test, OneDomainAndAThousand) {
  std::vector<std::string> thousand;
  for (int i = 0; i < 1000; ++i) thousand.push_back("cluster " + std::to_string(i));
  for (const auto& names : {std::vector<std::string>{"all"}, thousand}) {
    const fs::path file =
        make({.run_id = std::to_string(names.size()), .original = {"noun.food"}, .active = names});
    EXPECT_THAT(validate_run(file), IsEmpty());
    EXPECT_THAT(Hdf5Reader(file).shape("/mixture/proposed"), ElementsAre(2, names.size()));
    EXPECT_THAT(Hdf5Reader(file).shape("/eval/test/original/loss"), ElementsAre(1, 1));
  }
}

TEST_F(WriteRunH5Test, KeepsSignalsOfManyMegabytes) {
  auto events = test::events_of(test::HandMadeRun());
  events[1]["data"]["gram"] = std::vector<double>(1'000'000, 0.125);  // 1,000 domains
  const fs::path run = test::write_events(folder_.path(), "a1", events);
  write_run_h5(run);
  const auto data = nlohmann::json::parse(Hdf5Reader(run / "run.h5").strings("/signals/data").at(0));
  EXPECT_EQ(data.at("gram").size(), 1'000'000U);
}

TEST_F(WriteRunH5Test, KeepsTheSilhouettesOfARegrouping) {
  auto events = test::events_of(test::HandMadeRun());
  events[0]["grouping_manifest"] = {{"silhouette", {{"k", {5, 10}}, {"value", {0.1, 0.2}}}},
                                    {"table", {{1, 2, 3}, {4, 5, 6}}},
                                    {"keywords", {"bread oven", "run walk", "x"}}};
  const fs::path run = test::write_events(folder_.path(), "a1", events);
  write_run_h5(run);
  const Hdf5Reader in(run / "run.h5");
  EXPECT_THAT(in.doubles("/regroup/silhouette"), ElementsAre(0.1, 0.2));
  EXPECT_THAT(in.shape("/regroup/original_by_new"), ElementsAre(2, 3));
  EXPECT_THAT(in.strings("/regroup/keywords"), ElementsAre("bread oven", "run walk", "x"));
}

TEST_F(WriteRunH5Test, WrongEventsAreErrorsAndLeaveTheOldFile) {
  const fs::path file = make();
  const std::string before = test::read_bytes(file);
  const auto spoil = [&](auto&& change) {
    auto events = test::events_of(test::HandMadeRun());
    change(events);
    const fs::path run = test::write_events(folder_.path(), "a1", events);
    EXPECT_THROW(write_run_h5(run), Error);
    EXPECT_EQ(test::read_bytes(file), before);
    EXPECT_EQ(files_in(run), 2U) << "events.jsonl and run.h5, nothing half-written";
  };
  spoil([](auto& e) { e[2]["p"].push_back(0.5); });        // a third share for two domains
  spoil([](auto& e) { e[8]["active"]["loss"] = {1.0}; });  // too few domains
  spoil([](auto& e) {
    e[10]["id"] = {"only one"};
    e[10]["tokens"] = "x";
  });
  spoil([](auto& e) {
    e[10]["tokens"] = {3};
    e[10]["id"] = {"a", "b", 3};
  });
  spoil([](auto& e) { e[3].erase("tokens"); });
  spoil([](auto& e) { e[0].erase("domains"); });
  spoil([](auto& e) { e[1] = 5; });            // not an object
  spoil([](auto& e) { e.erase(e.begin()); });  // no start
}

TEST_F(WriteRunH5Test, AnEmptyLogIsAnError) {
  EXPECT_THROW(write_run_h5(test::write_events(folder_.path(), "a1", {})), Error);
}

TEST_F(WriteRunH5Test, AKilledWriterLeavesTheOldFile) {
  const fs::path file = make();
  const std::string before = test::read_bytes(file);
  for (const rlim_t bytes : {1000, 5000, 20000}) {
    const int status = with_file_limit(bytes, true, [&] { write_run_h5(file.parent_path()); });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << bytes << ": " << status;
    EXPECT_EQ(test::read_bytes(file), before);
    EXPECT_THAT(validate_run(file), IsEmpty());
  }
}

TEST_F(WriteRunH5Test, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  const fs::path file = make();
  const std::string before = test::read_bytes(file);
  const int status = with_file_limit(5000, false, [&] { write_run_h5(file.parent_path()); });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
  EXPECT_EQ(test::read_bytes(file), before);
  EXPECT_EQ(files_in(file.parent_path()), 2U);
}

TEST_F(WriteRunH5Test, H5pyReadsWhatWasWritten) {
  const fs::path python = fs::path(RNB_SOURCE_DIR) / ".venv/bin/python";
  if (std::system((python.string() + " -c 'import h5py' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "no Python with h5py; scripts/setup.sh makes one";
  const std::string command =
      python.string() + " " RNB_SOURCE_DIR "/tests/results/read_run.py " + make().string();
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(WriteRunH5Test, H5dumpReadsWhatWasWritten) {
  if (std::system("command -v h5dump >/dev/null") != 0) GTEST_SKIP() << "no h5dump (package hdf5-tools)";
  const fs::path out = folder_.path() / "dump.txt";
  const std::string command = "h5dump -d /mixture/proposed " + make().string() + " > " + out.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string text = test::read_bytes(out);
  EXPECT_THAT(text, HasSubstr("DATASPACE  SIMPLE { ( 2, 2 ) / ( 2, 2 ) }"));
  EXPECT_THAT(text, HasSubstr("(0,0): 0.5, 0.5"));
  EXPECT_THAT(text, HasSubstr("(1,0): 0.75, 0.25"));
  EXPECT_THAT(text, HasSubstr("(0): \"share\""));
}

}  // namespace
}  // namespace rnb
