#include "results/run_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/merge.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::HandMadeRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunFileTest : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TEST_F(RunFileTest, ReadsWhatTablesNeed) {
  const RunSummary r = read_run(test::make_run(folder_.path(), {.seed = "3", .shared_machine = true}));
  EXPECT_EQ(r.run_id, "a1");
  EXPECT_EQ(r.status, "complete");
  EXPECT_EQ(r.label, "rnb");
  EXPECT_EQ(r.dataset, "wordnet");
  EXPECT_EQ(r.grouping, "original");
  EXPECT_EQ(r.seed(), "3");
  EXPECT_EQ(r.store_digest, "d0");
  EXPECT_TRUE(r.shared_machine);
  EXPECT_EQ(r.parameters, 12345);
  EXPECT_EQ(r.test_loss, 5.5);
  EXPECT_EQ(r.domain_mean_loss, 5.75);
  EXPECT_EQ(r.accuracy, 0.125);
  EXPECT_TRUE(std::isnan(r.weighted_loss));
  EXPECT_EQ(r.wall_seconds, 14);
  EXPECT_DOUBLE_EQ(r.formula_overhead, 2e6 / 8e9);
}

TEST_F(RunFileTest, OverheadIsWhatTheMethodCostsOverTraining) {
  const RunSummary r = read_run(test::make_run(folder_.path(), {.regroup_seconds = 100}));
  EXPECT_DOUBLE_EQ(r.overhead(r.seconds), (1 + 0.5) / 10.0);  // neither regroup nor eval_report
  EXPECT_DOUBLE_EQ(r.overhead(r.flops), 3e8 / 6e9);
}

// A static method writes no formula; what it costs by the formula is nothing.
TEST_F(RunFileTest, AMethodThatDidNothingCostsNothingByTheFormula) {
  const auto overhead_of = [&](const std::string& id, double signal_flops, bool changes_mixture) {
    auto events = test::events_of({.run_id = id});
    std::erase_if(
        events, [&](const auto& e) { return !changes_mixture && e["event"] == "mixture" && e["step"] != 0; });
    for (auto& e : events)
      if (e["event"] == "ledger") {
        e["formula_flops"].erase("method");
        e["phases"]["signal"]["flops"] = signal_flops;
      }
    const fs::path run = test::write_events(folder_.path(), id, events);
    write_run_h5(run);
    return read_run(run / "run.h5").formula_overhead;
  };
  EXPECT_EQ(overhead_of("static", 0, false), 0);
  EXPECT_TRUE(std::isnan(overhead_of("costs", 1, false)));  // no formula is known for what it did
  EXPECT_TRUE(std::isnan(overhead_of("moves", 0, true)));
}

TEST_F(RunFileTest, EveryChargedPhaseCountsOnce) {
  RunSummary r;
  double charged = 0, cost = 1;
  r.seconds["train"] = 1000;
  for (const char* phase : {"signal", "update", "probe_discarded", "proxy", "reference", "eval_mixing"}) {
    r.seconds[phase] = cost;
    charged += cost;
    cost *= 2;
  }
  for (const char* phase : {"setup", "data", "eval_report", "regroup", "checkpoint", "log"})
    r.seconds[phase] = 1e6;
  EXPECT_DOUBLE_EQ(r.overhead(r.seconds), charged / 1000);
  r.seconds["probe_kept"] = 500;  // its steps are steps of the run
  EXPECT_DOUBLE_EQ(r.overhead(r.seconds), charged / 1500);
}

TEST_F(RunFileTest, OverheadWithoutTrainingIsNotANumber) {
  EXPECT_TRUE(std::isnan(RunSummary{}.overhead({{"signal", 1.0}})));
  EXPECT_TRUE(std::isnan(RunSummary{}.overhead({{"signal", 1.0}, {"train", 0.0}})));
}

TEST_F(RunFileTest, ARunWithoutALedgerHasNoBill) {
  auto events = test::events_of(test::HandMadeRun());
  events.resize(3);
  const RunSummary r = [&] {
    const fs::path run = test::write_events(folder_.path(), "a1", events);
    write_run_h5(run);
    return read_run(run / "run.h5");
  }();
  EXPECT_EQ(r.status, "partial");
  EXPECT_TRUE(r.seconds.empty());
  EXPECT_TRUE(std::isnan(r.test_loss));
}

TEST_F(RunFileTest, FindsRunsInFoldersAndFiles) {
  const fs::path b = test::make_run(folder_.path(), {.run_id = "b"});
  const fs::path a = test::make_run(folder_.path(), {.run_id = "a"});
  const RunPlace at_a{a, ""}, at_b{b, ""};
  EXPECT_THAT(find_runs({folder_.path().string()}), ElementsAre(at_a, at_b));
  EXPECT_THAT(find_runs({b.parent_path().string(), a.string(), b.string()}), ElementsAre(at_a, at_b));
}

TEST_F(RunFileTest, APlaceWithoutRunsIsAnError) {
  EXPECT_THROW(find_runs({folder_.path().string()}), Error);
  EXPECT_THROW(find_runs({(folder_.path() / "none").string()}), Error);
}

TEST_F(RunFileTest, OtherFilesAreErrors) {
  const fs::path text = folder_.path() / "text.h5", other = folder_.path() / "other.h5";
  std::ofstream(text) << "not HDF5";
  EXPECT_THROW(read_run(text), Error);
  EXPECT_THROW(read_run(folder_.path() / "none.h5"), Error);
  Hdf5Writer writer(other);
  writer.group("/", "something-else");
  writer.close();
  try {
    read_run(other);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("is not a run file"));
  }
}

TEST_F(RunFileTest, ARunThatAMergedFileDoesNotHoldIsAnError) {
  const fs::path all = folder_.path() / "all.h5";
  merge_runs({{test::make_run(folder_.path(), {.run_id = "a"}), ""}}, all);
  EXPECT_EQ(read_run(RunPlace{all, "a"}).run_id, "a");
  EXPECT_THROW(read_run(RunPlace{all, "b"}), Error);
  try {
    read_run(all);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("many runs"));
  }
}

TEST_F(RunFileTest, ATruncatedFileIsAnError) {
  const fs::path file = test::make_run(folder_.path(), test::HandMadeRun());
  for (uintmax_t size = fs::file_size(file); size-- > 0; size -= std::min<uintmax_t>(size, 997)) {
    fs::resize_file(file, size);
    EXPECT_THROW(read_run(file), Error) << size;
  }
}

TEST_F(RunFileTest, ColumnsOfUnequalLengthAreAnError) {
  const fs::path file = folder_.path() / "odd.h5";
  Hdf5Writer out(file);
  out.group("/", "rnb-run");
  for (const char* name : {"run_id", "status", "label", "dataset", "grouping"}) out.attribute("/", name, "x");
  out.group("/provenance", "rnb-provenance");
  out.attribute("/provenance", "experiment", "{}");
  out.group("/overhead", "rnb-overhead");
  out.strings("/overhead/phase", {"train", "signal"});
  const std::vector<double> one{1.0};
  out.doubles("/overhead/seconds", one, {1}, "s");
  out.doubles("/overhead/flops", one, {1}, "FLOP");
  out.close();
  EXPECT_THROW(read_run(file), Error);
}

TEST_F(RunFileTest, AnExperimentThatIsNotTextsIsAnError) {
  for (const char* text : {"", "{", "[]", "{\"seed\": 1}"}) {
    const fs::path file = folder_.path() / "odd.h5";
    Hdf5Writer out(file);
    out.group("/", "rnb-run");
    for (const char* name : {"run_id", "status", "label", "dataset", "grouping"})
      out.attribute("/", name, "x");
    out.group("/provenance", "rnb-provenance");
    out.attribute("/provenance", "experiment", text);
    out.close();
    EXPECT_THROW(read_run(file), Error) << text;
  }
}

}  // namespace
}  // namespace rnb
