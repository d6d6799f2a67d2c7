// Test vectors of the methods. Inputs, options and shapes come from the JSON, so another folder
// (RNB_GOLDEN_DIR) with the same cases and other inputs passes too; a case or an expectation that nobody
// handles fails.

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "methods/balance.h"
#include "methods/quota.h"
#include "methods/registry.h"
#include "methods/simplex.h"
#include "methods/static_mixtures.h"

namespace rnb {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

Json golden(const std::string& method) {
  const char* folder = std::getenv("RNB_GOLDEN_DIR");
  return read_json_file(std::filesystem::path(folder ? folder : RNB_SOURCE_DIR "/tests/golden") /
                        (method + ".json"));
}

void expect_near(const Json& expected, const Numbers& actual, double tolerance, const std::string& what) {
  const auto values = expected.get<Numbers>();
  ASSERT_EQ(values.size(), actual.size()) << what;
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], actual[i], tolerance) << what << "[" << i << "]";
}

// The number after a prefix: "p_lambda_3" -> "3".
std::string suffix(const std::string& key, const std::string& prefix) {
  return key.starts_with(prefix) ? key.substr(prefix.size()) : std::string();
}

class NoServices : public Services {};

GradientGram gram_of(const Json& inputs) {
  const auto g = inputs.at("accumulated_gradients").get<std::vector<Numbers>>();
  GradientGram out;
  out.m = g.size();
  out.count = inputs.at("sample_counts").get<Numbers>();
  out.squared_norms.assign(out.m, 0);
  out.squared_counts.assign(out.m, 0);
  for (size_t i = 0; i < out.m; ++i)
    for (size_t j = 0; j < out.m; ++j) {
      double dot = 0;
      // A domain that was not sampled has no gradient, whatever the file says.
      for (size_t d = 0; d < g[i].size() && out.count[i] > 0 && out.count[j] > 0; ++d)
        dot += g[i][d] * g[j][d];
      out.dot.push_back(dot);
    }
  return out;
}

// The whole method, as the harness calls it: one round with this Gram matrix.
Numbers rnb_weights(const GradientGram& gram, const Numbers& evaluation, const std::string& lambda) {
  const auto mixer = make_mixer("rnb", {{"lambda", lambda}, {"empty", "neutral"}, {"round_steps", "1"}});
  const std::vector<int64_t> many(gram.m, 100);
  NoServices services;
  const Domains domains{std::vector<std::string>(gram.m, "d"), many, many, many, evaluation, 10};
  const Weights p = *mixer->init(domains, services).sampling;
  const Decision decision = mixer->on_round({1, 1, p, &gram}, services);
  return decision.sampling.value_or(Weights{});
}

TEST(Golden, Rnb) {
  const Json file = golden("rnb");
  const double tolerance = file.at("abs_tolerance");
  ASSERT_FALSE(file.at("cases").empty());
  for (const Json& c : file.at("cases")) {
    const Json& inputs = c.at("inputs");
    if (inputs.contains("policy")) ASSERT_EQ(inputs.at("policy"), "zero row and column");
    const auto gram = gram_of(inputs);
    const auto p = inputs.at("eval_proportions").get<Numbers>();
    const MeanGram mean = mean_gram(gram, GramDiagonal::Biased);
    const Numbers gp = gram_times(mean.g, p);
    for (const auto& [key, expected] : c.at("expected").items()) {
      const std::string what = c.at("name").get<std::string>() + "/" + key;
      if (key == "G") {
        Numbers flat;
        for (const Json& row : expected)
          for (const Json& v : row) flat.push_back(v);
        expect_near(flat, mean.g, tolerance, what);
      } else if (key == "Gp") {
        expect_near(expected, gp, tolerance, what);
      } else if (key == "norm") {
        EXPECT_NEAR(expected.get<double>(), euclidean_norm(gp), tolerance) << what;
      } else if (const std::string lambda = suffix(key, "p_lambda_"); !lambda.empty()) {
        expect_near(expected, rnb_weights(gram, p, lambda), tolerance, what);
      } else {
        ADD_FAILURE() << what << ": nobody handles this expectation";
      }
    }
  }
}

void check_mixtures(const Json& c, double tolerance) {
  const Json& inputs = c.at("inputs");
  const auto tokens = inputs.at("tokens").get<Numbers>();
  for (const auto& [key, expected] : c.at("expected").items()) {
    if (key == "natural") {
      expect_near(expected, normalised(tokens), tolerance, key);
    } else if (key == "stratified") {
      expect_near(expected, temperature_mixture(tokens, 0), tolerance, key);
    } else if (key.starts_with("temperature_")) {
      expect_near(expected, temperature_mixture(tokens, std::stod(suffix(key, "temperature_"))), tolerance,
                  key);
    } else if (key == "unimax") {
      expect_near(expected,
                  unimax_mixture(tokens, inputs.at("unimax_budget"), inputs.at("unimax_max_epochs")),
                  tolerance, key);
    } else {
      ADD_FAILURE() << key << ": nobody handles this expectation";
    }
  }
}

void check_quotas(const Json& c) {
  const auto p = c.at("inputs").at("p").get<Numbers>();
  const auto batch = c.at("inputs").at("batch").get<int64_t>();
  for (const auto& [key, expected] : c.at("expected").items()) {
    const auto counts = expected.get<std::vector<int64_t>>();
    if (key == "largest_remainder") {
      EXPECT_EQ(counts, largest_remainder(p, batch)) << key;
    } else if (key == "floor_rest_to_last") {
      EXPECT_EQ(counts, floor_rest_to_last(p, batch)) << key;
    } else if (key == "aioli_per_batch") {
      EXPECT_EQ(counts, aioli_per_batch(p, batch)) << key;
    } else {
      ADD_FAILURE() << key << ": nobody handles this expectation";
    }
  }
}

TEST(Golden, Static) {
  const Json file = golden("static");
  for (const Json& c : file.at("cases")) {
    const auto name = c.at("name").get<std::string>();
    SCOPED_TRACE(name);
    if (name == "mixtures") {
      check_mixtures(c, file.at("abs_tolerance"));
    } else if (name.starts_with("quota_rounding")) {
      check_quotas(c);
    } else {
      ADD_FAILURE() << name << ": nobody handles this case";
    }
  }
}

// The vector worked out in the extraction of the paper (arXiv 2505.00358, Algorithm 1), lambda = 3.
TEST(Golden, RnbWorkedByHand) {
  const Json inputs = {{"accumulated_gradients", {{3, 0, 1}, {1, 2, 0}, {-2, 0, 4}}},
                       {"sample_counts", {3, 2, 4}}};
  const auto p = rnb_weights(gram_of(inputs), {0.5, 0.3, 0.2}, "3");
  expect_near({0.5372085110, 0.3869999669, 0.0757915220}, p, 1e-9, "p");
}

}  // namespace
}  // namespace rnb
