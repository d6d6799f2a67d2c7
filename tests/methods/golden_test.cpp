// Published-formula vectors, tests/golden/*.json (or the folder RNB_GOLDEN_DIR): inputs and expected values
// are all read from the files. A case or a key that nobody handles fails.

#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "methods/core/balance.h"
#include "methods/core/registry.h"
#include "methods/math/quota.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"
#include "tests/methods/golden.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

Domains domains_of(const std::vector<int64_t>& tokens, const Doubles& evaluation) {
  Domains d;
  d.train_tokens = d.train_examples = d.valid_examples = tokens;
  d.evaluation = evaluation;
  d.total_steps = 10;
  for (size_t i = 0; i < tokens.size(); ++i) d.names.push_back("d" + std::to_string(i));
  return d;
}

Weights first_weights(const std::string& method, const std::map<std::string, std::string>& options,
                      const Domains& domains) {
  Services services;
  return make_mixer(method, options)->init(domains, services).sampling.value();
}

void check_balance(const json& inputs, const json& expected, double tolerance) {
  ASSERT_EQ(inputs.value("policy", "zero row and column"), "zero row and column");
  const auto p = inputs.at("eval_proportions").get<Doubles>();
  auto gradients = inputs.at("accumulated_gradients").get<std::vector<Doubles>>();
  const auto counts = inputs.at("sample_counts").get<Doubles>();
  const GradientGram sums = gram_of({gradients}, {counts});
  const MeanGram gram = mean_gram(sums, GramDiagonal::Biased);
  const Doubles score = gram_times(gram.g, p);
  for (const auto& [key, value] : expected.items()) {
    if (key == "G") {
      Doubles flat;
      for (const auto& row : value) flat.insert(flat.end(), row.begin(), row.end());
      expect_near(gram.g, flat, tolerance, key);
    } else if (key == "Gp") {
      expect_near(score, value.get<Doubles>(), tolerance, key);
    } else if (key == "norm") {
      EXPECT_NEAR(euclidean_norm(score), value.get<double>(), tolerance);
    } else if (key.starts_with("p_lambda_")) {
      const auto mixer = make_mixer("rnb", {{"lambda", text(trailing_number(key, "p_lambda_"))}});
      Services services;
      const Weights uniform =
          mixer->init(domains_of(std::vector<int64_t>(p.size(), 100), p), services).sampling.value();
      expect_near(uniform, uniform_weights(p.size()), 0, "p^0");
      const Decision d = mixer->on_round({1, 1, uniform, &sums}, services);
      expect_near(d.sampling.value(), value.get<Doubles>(), tolerance, key);
    } else {
      ADD_FAILURE() << "nobody handles key " << key;
    }
  }
}

void check_mixtures(const json& inputs, const json& expected, double tolerance) {
  const auto sizes = inputs.at("tokens").get<Doubles>();
  const Domains domains = domains_of({sizes.begin(), sizes.end()}, uniform_weights(sizes.size()));
  for (const auto& [key, value] : expected.items()) {
    const auto want = value.get<Doubles>();
    if (key == "natural") {
      expect_near(first_weights("natural", {{"unit", "tokens"}}, domains), want, tolerance, key);
    } else if (key == "stratified") {
      expect_near(first_weights("stratified", {}, domains), want, tolerance, key);
    } else if (key.starts_with("temperature_")) {
      const double tau = trailing_number(key, "temperature_");
      expect_near(temperature_mixture(sizes, tau), want, tolerance, key);
      expect_near(first_weights("temperature", {{"tau", text(tau)}, {"unit", "tokens"}}, domains), want,
                  tolerance, key);
    } else if (key == "unimax") {
      const auto budget = inputs.at("unimax_budget").get<double>();
      const auto epochs = inputs.at("unimax_max_epochs").get<double>();
      expect_near(unimax_mixture(sizes, budget, epochs), want, tolerance, key);
      expect_near(first_weights("unimax", {{"budget", text(budget)}, {"max_epochs", text(epochs)}}, domains),
                  want, tolerance, key);
    } else {
      ADD_FAILURE() << "nobody handles key " << key;
    }
  }
}

void check_quota(const json& inputs, const json& expected) {
  const auto p = inputs.at("p").get<Doubles>();
  const auto n = inputs.at("batch").get<int64_t>();
  for (const auto& [key, value] : expected.items()) {
    const auto want = value.get<std::vector<int64_t>>();
    if (key == "largest_remainder") {
      EXPECT_EQ(largest_remainder(p, n), want);
    } else if (key == "floor_rest_to_last") {
      EXPECT_EQ(floor_rest_to_last(p, n), want);
    } else if (key == "aioli_per_batch") {
      EXPECT_EQ(aioli_per_batch(p, n), want);
    } else {
      ADD_FAILURE() << "nobody handles key " << key;
    }
  }
}

void check_case(const json& one, double tolerance) {
  const json& inputs = one.at("inputs");
  const json& expected = one.at("expected");
  if (inputs.contains("accumulated_gradients")) return check_balance(inputs, expected, tolerance);
  if (inputs.contains("tokens")) return check_mixtures(inputs, expected, tolerance);
  if (inputs.contains("batch")) return check_quota(inputs, expected);
  ADD_FAILURE() << "nobody handles a case with these inputs: " << inputs.dump();
}

const GoldenFile kBalance("rnb.json"), kStatic("static.json");

TEST(Golden, Balance) {
  check_file("rnb.json", check_case);
}

TEST(Golden, StaticMixturesAndQuotas) {
  check_file("static.json", check_case);
}

bool is_read(const std::string& file) {
  const auto& read = golden_files_read();
  return std::find(read.begin(), read.end(), file) != read.end();
}

TEST(Golden, EveryVectorFileIsRead) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(RNB_SOURCE_DIR) / "tests/golden"))
    EXPECT_TRUE(is_read(entry.path().filename())) << entry.path();
}

TEST(Golden, NoRegisteredMethodHasVectorsThatAreNotRead) {
  for (const MethodSpec& spec : method_specs())
    if (std::filesystem::exists(golden_folder() / (spec.name + ".json"))) {
      EXPECT_TRUE(is_read(spec.name + ".json")) << spec.name;
    }
}

}  // namespace
}  // namespace rnb
