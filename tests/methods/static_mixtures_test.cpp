#include "methods/math/static_mixtures.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

Domains three() {
  Domains d = ordinary_scenario(3).domains;
  d.names = {"qa", "summary", "poetry"};
  d.train_examples = {10, 30, 60};
  d.train_tokens = {100, 100, 200};
  return d;
}

Weights start(const std::string& method, const std::map<std::string, std::string>& options,
              const Domains& d = three()) {
  Services services;
  return make_mixer(method, options)->init(d, services).sampling.value();
}

TEST(StaticMixtures, NaturalCountsExamplesOrTokens) {
  EXPECT_EQ(start("natural", {}), (Weights{0.1, 0.3, 0.6}));
  EXPECT_EQ(start("natural", {{"unit", "tokens"}}), (Weights{0.25, 0.25, 0.5}));
}

TEST(StaticMixtures, TemperatureRunsFromStratifiedToNatural) {
  EXPECT_EQ(temperature_mixture(std::vector<double>{4, 16}, 0), (Weights{0.5, 0.5}));
  EXPECT_EQ(temperature_mixture(std::vector<double>{4, 16}, 1), (Weights{0.2, 0.8}));
  const auto half = temperature_mixture(std::vector<double>{4, 16}, 0.5);
  EXPECT_NEAR(half[0], 2.0 / 6, 1e-15);
}

// Budget 90 over 10, 20, 1000 tokens, 2 epochs at most: 20 and 35 of the 70 left, 35 for the last.
TEST(StaticMixtures, UniMaxSharesOutWhatSmallDomainsCannotTake) {
  const auto w = unimax_mixture(std::vector<double>{10, 20, 1000}, 90, 2);
  EXPECT_NEAR(w[0], 20.0 / 90, 1e-15);
  EXPECT_NEAR(w[1], 35.0 / 90, 1e-15);
  EXPECT_NEAR(w[2], 35.0 / 90, 1e-15);
}

TEST(StaticMixtures, EvalProportionalMovesTheShareOfUntrainableDomains) {
  Domains d = three();
  d.evaluation = {0.2, 0.3, 0.5};
  EXPECT_EQ(start("eval_proportional", {}, d), d.evaluation);
  d.train_examples[2] = 0;
  EXPECT_EQ(start("eval_proportional", {}, d), (Weights{0.4, 0.6, 0}));
}

class FixedFile : public testing::Test {
 protected:
  FixedFile() : file_(std::filesystem::temp_directory_path() / ("rnb-fixed-" + std::to_string(getpid()))) {}
  ~FixedFile() override { std::filesystem::remove(file_); }
  std::string error(const std::string& text) {
    try {
      from(text);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }
  Weights from(const std::string& text) {
    std::ofstream(file_) << text;
    return start("fixed", {{"file", file_.string()}});
  }
  std::filesystem::path file_;
};

TEST_F(FixedFile, NamesDomainsInAnyOrderAndNormalises) {
  EXPECT_EQ(from(R"({"poetry": 3, "qa": 1})"), (Weights{0.25, 0, 0.75}));
  EXPECT_EQ(from("[1, 1, 2]"), (Weights{0.25, 0.25, 0.5}));
}

TEST_F(FixedFile, SuggestsTheNameThatWasMeant) {
  EXPECT_NE(error(R"({"poetri": 1})").find("did you mean 'poetry'"), std::string::npos);
}

TEST_F(FixedFile, RefusesWeightsThatAreNoMixture) {
  for (const char* text :
       {"[1, 1]", "[1, 1, -1]", "[0, 0, 0]", "[1, 1, \"a\"]", "{\"qa\": null}", "{}", "7", ""})
    EXPECT_NE(error(text), "no error") << text;
}

TEST(Fixed, TakesWeightsInline) {
  EXPECT_EQ(start("fixed", {{"weights", "1,1,2"}}), (Weights{0.25, 0.25, 0.5}));
  for (const char* text : {"", "1,1", "1,,2", "1,1,2,", "1;1;2", "inf,1,1", "nan,1,1", "-1,1,2"})
    EXPECT_THROW(start("fixed", {{"weights", text}}), Error) << text;
  EXPECT_THROW(start("fixed", {}), UsageError);
}

TEST(Fixed, RefusesWeightOnADomainWithoutTrainingExamples) {
  Domains d = three();
  d.train_examples[1] = 0;
  EXPECT_THROW(start("fixed", {{"weights", "1,1,2"}}, d), Error);
  EXPECT_EQ(start("fixed", {{"weights", "1,0,3"}}, d), (Weights{0.25, 0, 0.75}));
}

}  // namespace
}  // namespace rnb
