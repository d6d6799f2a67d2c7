#include "results/table_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "results/run_file.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const RowName kName{"wordnet", "d0", "original", "rnb lambda=3"};

RunSummary older_run(const nlohmann::json& experiment) {
  RunSummary run;
  run.dataset = kName.dataset;
  run.store_digest = kName.store_digest;
  run.grouping = kName.grouping;
  run.label = kName.method;
  run.experiment = experiment;
  return run;
}

TEST(TableRow, HasWhatDecidesAResultButTheSeed) {
  EXPECT_THAT(row_keys(kName,
                       "grouping=original\nlr=0.001\nmethod=rnb\nmethod-option=lambda=3 gram=x\n"
                       "seed=7\nsteps=500\n"),
              ElementsAre(Pair("dataset", "wordnet"), Pair("grouping", "original"), Pair("lr", "0.001"),
                          Pair("method", "rnb lambda=3"), Pair("steps", "500"), Pair("store", "d0")));
}

TEST(TableRow, OfAnOlderRunIsThatOfANewerOne) {
  const RowKeys newer =
      row_keys(kName, "device=cpu\nlr=0.001\nmethod=rnb\nmethod-option=lambda=3\nseed=1\nsteps=500\n");
  EXPECT_EQ(row_of(older_run({{"device", "cpu"},
                              {"lr", "0.001"},
                              {"method", "rnb"},
                              {"method-option", "lambda=3"},
                              {"seed", "2"},
                              {"steps", "500"},
                              {"store", "stores/wordnet"},
                              {"threads", "4"},
                              {"log_every", "5"},
                              {"zero-shot", ""},
                              {"tf32", "off"}})),
            newer);
  EXPECT_NE(row_of(older_run({{"device", "cpu"}, {"lr", "0.003"}, {"steps", "500"}})), newer);
}

TEST(TableRow, ARunIsBelievedAboutItsRow) {
  RunSummary run = older_run({{"lr", "0.001"}});
  run.row = row_keys(kName, "lr=0.001\nnew-key=yes\n");
  EXPECT_EQ(row_of(run), run.row);
}

TEST(TableRow, ComesBackFromTheFile) {
  const test::TemporaryFolder folder;
  const auto file = test::make_run(folder.path(), {.settings = {{"lr", "0.1"}}});
  EXPECT_EQ(row_of(read_run(file)), row_keys({"wordnet", "d0", "original", "rnb"}, "lr=0.1\nsteps=20\n"));
}

TEST(TableRow, AnotherTextIsAnError) {
  const RowKeys row = row_keys(kName, "lr=0.001\n");
  EXPECT_EQ(row_from_text(row_text(row), "here"), row);
  for (const char* text : {"", "[]", "{", R"({"dataset":1})"}) EXPECT_THROW(row_from_text(text, ""), Error);
  try {
    row_from_text(R"({"dataset":"a","store":"b","grouping":"c"})", "run.h5/@row");
    FAIL() << "a row without a method";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("run.h5/@row: lacks \"method\""));
  }
}

TEST(TableRow, OnlyWhatDiffersIsNamed) {
  const RowKeys a = row_keys(kName, "lr=0.001\nsteps=500\n");
  const RowKeys b = row_keys(kName, "lr=0.003\nsteps=500\nwarmup=0.1\n");
  EXPECT_THAT(differing_settings({a, b}), ElementsAre("lr", "warmup"));
  EXPECT_EQ(setting_words(a, {"lr", "warmup"}), "lr=0.001, warmup=-");
  EXPECT_THAT(differing_settings({a, a}), IsEmpty());
}

TEST(TableRow, AStoreTellsRowsOfOneDataSetApart) {
  const std::string digest(64, 'a');
  const RowKeys a = row_keys({"wordnet", digest, "original", "rnb"}, "");
  EXPECT_THAT(differing_settings({a, row_keys({"dolly", "d1", "original", "rnb"}, "")}), IsEmpty());
  EXPECT_THAT(differing_settings({a, row_keys({"wordnet", "d1", "original", "rnb"}, "")}),
              ElementsAre("store"));
  EXPECT_EQ(setting_words(a, {"store"}), "store=aaaaaaaaaaaa");
}

}  // namespace
}  // namespace rnb
