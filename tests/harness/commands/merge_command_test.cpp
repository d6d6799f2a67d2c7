#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "results/hdf5_file.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::output_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MergeCommand : public test::TwoRuns {};

TEST_F(MergeCommand, PutsEachRunIntoAGroup) {
  output_of("merge", {"--out", at("all.h5"), runs_});
  const Hdf5Reader in(at("all.h5"));
  EXPECT_EQ(in.text_attribute("/", "encoding-type"), "rnb-runs");
  EXPECT_THAT(in.children("/"), ElementsAre("a", "b"));
  EXPECT_EQ(in.text_attribute("/b", "label"), "natural");
  EXPECT_THAT(in.doubles("/a/curves/test_loss/value"), ElementsAre(5.0));
  EXPECT_THAT(in.strings("/a/mixture/domain_names"), ElementsAre("noun.food", "verb.motion"));
}

TEST_F(MergeCommand, AMergedFileIsReadLikeTheRunsInIt) {
  const std::string all = at("all.h5");
  call_command("merge", {"--out", all, runs_});
  EXPECT_EQ(output_of("report", {all}), output_of("report", {runs_}));
  EXPECT_EQ(output_of("report", {all, runs_}), output_of("report", {runs_}));  // each run once
  EXPECT_THAT(output_of("info", {all}),
              AllOf(HasSubstr(all + "/a\n  rnb (a) on wordnet"), HasSubstr(all + "/b\n  natural (b)")));
  const auto json = nlohmann::json::parse(output_of("info", {"--json", all}));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["test_loss"], 5.5);
  EXPECT_THAT(output_of("validate", {all}), AllOf(HasSubstr("/a: valid"), HasSubstr("/b: valid")));
}

TEST_F(MergeCommand, AMergedFileIsMergedAgain) {
  const std::string first = at("first.h5"), all = at("all.h5");
  call_command("merge", {"--out", first, at("a")});
  call_command("merge", {"--out", all, first, at("b")});
  EXPECT_EQ(output_of("report", {all}), output_of("report", {runs_}));
  EXPECT_THROW(call_command("merge", {"--out", all + "2", first, at("a")}), Error);
}

TEST_F(MergeCommand, RefusesARunTwiceAndLeavesNothing) {
  fs::create_directory(at("copy"));
  fs::copy_file(at("a/run.h5"), at("copy/run.h5"));
  fs::create_directory(at("out"));
  EXPECT_THROW(call_command("merge", {"--out", at("out/all.h5"), runs_}), Error);
  EXPECT_TRUE(fs::is_empty(at("out")));
  EXPECT_THROW(call_command("merge", {at("a")}), UsageError) << "--out is missing";
}

}  // namespace
}  // namespace rnb
