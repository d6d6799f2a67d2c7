#include "harness/grouping/k_by_loss.h"

#include <cmath>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "base/random.h"
#include "base/stop_signal.h"
#include "harness/commands/cli.h"
#include "harness/grouping/grouping_resolver.h"
#include "harness/trainer/training_for_groupings.h"
#include "results/hdf5_file.h"
#include "results/run_file.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Groupings and losses without clusters or training: the loss of k and seed is looked up.
class Choice : public ::testing::Test {
 protected:
  Choice() : store_(small_store(folder_)) {}

  Grouping choose(const std::string& text, std::vector<std::vector<double>> loss) {
    const auto expression = parse_grouping(text);
    const auto at = [&](const std::string& at_k) {
      const int64_t k = parse_grouping(at_k).ks.front();
      Grouping g = random_grouping(store_, k, 1);
      g.manifest["silhouette"] = {{"k", {k}}, {"value", {0.1 * static_cast<double>(k)}}};
      g.manifest["k_requested"] = k;
      g.manifest["seconds"] = 1.0;
      g.manifest["warnings"] = nlohmann::json::array();
      return g;
    };
    const auto run = [&](const Experiment& e, const Store&, const Grouping& g) {
      asked_.push_back(e);
      const auto row =
          std::find(expression.ks.begin(), expression.ks.end(), static_cast<int64_t>(g.domain_names.size())) -
          expression.ks.begin();
      return ShortRun{fmt::format("id{}", asked_.size()), loss.at(static_cast<size_t>(row)).at(e.seed - 1),
                      10, 5};
    };
    Experiment base;
    base.store = store_.folder().string();
    const KByLoss chosen = choose_k_by_loss(store_, expression, base, at, run);
    EXPECT_EQ(chosen.source, fmt::format("random-k{}-s1", chosen.grouping.domain_names.size()));
    return chosen.grouping;
  }

  ScratchFolder folder_;
  Store store_;
  std::vector<Experiment> asked_;
};

TEST_F(Choice, TakesTheLeastMeanAndKeepsEveryNumber) {
  const Grouping g = choose("regroup:k=2..4,by=loss,steps=30,seeds=2,model=pico,batch=8,lr=3e-3",
                            {{3.0, 3.5}, {2.0, 2.4}, {2.9, 3.3}});
  EXPECT_THAT(g.name, HasSubstr("-loss-30x2-"));
  EXPECT_THAT(g.domain_names, SizeIs(3));
  const auto& loss = g.manifest.at("loss");
  EXPECT_EQ(loss.at("k"), (nlohmann::json{2, 3, 4}));
  EXPECT_EQ(loss.at("value"), (nlohmann::json{{3.0, 3.5}, {2.0, 2.4}, {2.9, 3.3}}));
  EXPECT_DOUBLE_EQ(loss.at("mean").at(1).get<double>(), 2.2);
  EXPECT_EQ(loss.at("run_ids").at(2).at(1), "id6");
  EXPECT_EQ(g.manifest.at("silhouette").at("k"), (nlohmann::json{2, 3, 4}));
  EXPECT_DOUBLE_EQ(g.manifest.at("seconds").get<double>(), 6 * 10 + 3 * 1);  // runs and clusterings of all k
  EXPECT_DOUBLE_EQ(g.manifest.at("flops").get<double>(), 6 * 5);
  EXPECT_THAT(g.manifest.at("warnings"), IsEmpty());
  ASSERT_THAT(asked_, SizeIs(6));
  const Experiment& e = asked_.at(3);
  EXPECT_EQ(e.method, "stratified");
  EXPECT_EQ(e.model, "pico");
  EXPECT_EQ(e.steps, 30);
  EXPECT_EQ(e.batch, 8);
  EXPECT_EQ(e.lr, 3e-3);
  EXPECT_EQ(e.seed, 2U);
  EXPECT_EQ(e.grouping, "regroup:k=3,embedder=minilm,seed=1,nredo=3");
}

TEST_F(Choice, SaysSoAtTheEdgeAndWhereSeedsCannotTell) {
  const auto edge =
      choose("regroup:k=2..4,by=loss,seeds=2", {{1, 1}, {2, 2}, {3, 3}}).manifest.at("warnings");
  ASSERT_THAT(edge, SizeIs(1));
  EXPECT_THAT(edge.at(0).get<std::string>(), HasSubstr("edge of the range"));
  const auto alike =
      choose("regroup:k=2..4,by=loss,seeds=2", {{3, 3.1}, {2, 2.1}, {1.9, 2.3}}).manifest.at("warnings");
  ASSERT_THAT(alike, SizeIs(1));
  EXPECT_THAT(alike.at(0).get<std::string>(), HasSubstr("cannot be told from that at k = 4 "));
}

TEST_F(Choice, PassesByADivergedKAndRefusesWhenAllDiverged) {
  const double none = std::nan("");
  EXPECT_THAT(choose("regroup:k=2..4,by=loss,seeds=1", {{none}, {2.0}, {3.0}}).domain_names, SizeIs(3));
  EXPECT_THAT(error_of([&] { choose("regroup:k=2..3,by=loss,seeds=1", {{none}, {none}}); }),
              HasSubstr("Lower lr"));
}

TEST_F(Choice, AStopSignalEndsItBetweenTwoRuns) {
  watch_stop_signals();
  std::raise(SIGTERM);
  try {
    choose("regroup:k=2..3,by=loss,seeds=1", {{1}, {2}});
    FAIL() << "not stopped";
  } catch (const Stopped& stopped) {
    EXPECT_EQ(stopped.signal, SIGTERM);
  }
  EXPECT_THAT(asked_, IsEmpty());
  watch_stop_signals();  // forgets it
}

// Points by the source's own domain, so that clusters mean something.
fs::path embeddings(const Store& store, const fs::path& folder) {
  std::vector<float> values;
  for (int64_t i = 0; i < store.size(); ++i) {
    Rng rng(1, "points", static_cast<uint64_t>(i));
    for (int32_t d = 0; d < 4; ++d)
      values.push_back(
          static_cast<float>((store.domain()[static_cast<size_t>(i)] == d) + 0.1 * rng.uniform()));
  }
  write_npy<float>(folder / "points.npy", values, {store.size(), 4});
  return folder / "points.npy";
}

std::vector<fs::path> runs_in(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  return out;
}

TEST(KByLossRuns, AreRunsOfTheirOwnMadeOnceAndBilled) {
  const ScratchFolder folder;
  const Store store = small_store(folder);
  const std::string points = "npy:" + embeddings(store, folder.path()).string();
  const std::vector<std::string> args{"--store",    store.folder().string(),
                                      "--embedder", points,
                                      "--k",        "2..4",
                                      "--k-by",     "loss",
                                      "--k-steps",  "20",
                                      "--k-seeds",  "2",
                                      "--k-model",  "pico",
                                      "--k-batch",  "8",
                                      "--k-lr",     "3e-3",
                                      "--k-method", "rnb",
                                      "--threads",  "1"};
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(call_command("regroup", args), 0);
  const std::string shown = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(shown, HasSubstr("validation loss"));
  EXPECT_THAT(shown, HasSubstr("chosen"));

  const fs::path place = store.folder() / "k-runs";
  const auto runs = runs_in(place);
  ASSERT_THAT(runs, SizeIs(6));
  double seconds = 0;
  for (const fs::path& run : runs) {
    EXPECT_THAT(validate_run(run / "run.h5"), IsEmpty());
    seconds += read_run(run / "run.h5").wall_seconds;
  }

  // Cut short: the grouping is not there and one run lacks its end. Only that run is done again.
  const std::string text = fmt::format(
      "regroup:k=2..4,embedder={},by=loss,steps=20,seeds=2,model=pico,batch=8,lr=3e-3,method=rnb", points);
  const Grouping first = resolve_grouping(store, text, options_with_training("cpu", Precision::Fp32));
  EXPECT_EQ(read_run(runs[0] / "run.h5").experiment.at("method"), "rnb");
  fs::remove_all(store.folder() / "groupings" / first.name);
  fs::remove(runs[2] / "run.h5");
  std::vector<fs::file_time_type> before;
  for (const fs::path& run : runs) before.push_back(fs::last_write_time(run / "events.jsonl"));
  const Grouping again = resolve_grouping(store, text, options_with_training("cpu", Precision::Fp32));
  for (size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(fs::last_write_time(runs[i] / "events.jsonl") == before[i], i != 2) << i;
  EXPECT_THAT(runs_in(place), SizeIs(6));
  EXPECT_EQ(again.digest, first.digest);
  EXPECT_EQ(again.manifest.at("loss").at("value"), first.manifest.at("loss").at("value"));

  // A run on it carries the choice and its bill.
  const fs::path out = folder.path() / "runs";
  EXPECT_EQ(call_command("run", {"--store", store.folder().string(), "--grouping", text, "--model", "pico",
                                 "--steps", "5", "--threads", "1", "--out", out.string()}),
            0);
  const fs::path file = runs_in(out).front() / "run.h5";
  EXPECT_THAT(validate_run(file), IsEmpty());
  const Hdf5Reader in(file);
  EXPECT_THAT(in.shape("/regroup/loss"), ElementsAre(3, 2));
  EXPECT_THAT(in.doubles("/regroup/k"), ElementsAre(2, 3, 4));
  const RunSummary run = read_run(file);
  EXPECT_GT(run.seconds.at("regroup"), 0.9 * seconds);
  EXPECT_GT(run.flops.at("regroup"), run.flops.at("train"));  // 120 short steps against 5
}

}  // namespace
}  // namespace rnb
