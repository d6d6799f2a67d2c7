#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

using test::output_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ValidateCommand : public test::TwoRuns {};

TEST_F(ValidateCommand, ExitsWithFourWhenOneDoesNotFit) {
  EXPECT_THAT(output_of("validate", {runs_}), HasSubstr("a/run.h5: valid"));
  std::ofstream(at("b/run.h5")) << "damaged";
  EXPECT_THAT(output_of("validate", {runs_}, 4),
              AllOf(HasSubstr("a/run.h5: valid"), HasSubstr("b/run.h5: does not fit the schema")));
  const auto all = nlohmann::json::parse(output_of("validate", {"--json", runs_}, 4));
  EXPECT_TRUE(all.at(at("a/run.h5")).empty());
  EXPECT_EQ(all.at(at("b/run.h5")).size(), 1U);
}

}  // namespace
}  // namespace rnb
