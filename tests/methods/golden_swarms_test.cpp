// Golden vectors of the methods that fit something to the losses of many proxies on random mixtures.

#include <cmath>
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "methods/math/exponential_law.h"
#include "methods/math/mixture_draws.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/regressors.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"
#include "tests/methods/golden.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kRegMix("regmix.json"), kMixLaws("mixlaws.json"), kOlmix("olmix.json");

// ---- regmix

void check_generation(const json& c, double tolerance) {
  const auto &hyper = c.at("hyper"), &inputs = c.at("inputs");
  const auto prior = inputs.at("prior").get<Doubles>(), strengths = hyper.at("strengths").get<Doubles>();
  expect_near(dirichlet_strengths(strengths.front(), strengths.back(), strengths.size()), strengths,
              tolerance, "strengths");
  for (const auto& [key, value] : c.at("expected").items()) {
    const auto want = value.get<Doubles>();
    if (key == "tempered_prior")
      expect_near(temperature_mixture(prior, hyper.at("temperature").get<double>()), want, tolerance, key);
    else if (key == "upper_bound_per_domain")
      expect_near(epoch_caps(prior, hyper.at("maximum_usage").get<double>()), want, tolerance, key);
    else if (key == "rounded_sample")
      expect_near(rounded_mixture(inputs.at("raw_dirichlet_sample").get<Doubles>(),
                                  hyper.at("minimum").get<double>()),
                  want, tolerance, key);
    else
      nobody(key);
  }
}

// The keys that every regressor has; the others are left to `own`, which says whether it knew the key.
void check_regression(const json& c, double tolerance,
                      const std::function<double(std::span<const double>)>& model,
                      const std::function<bool(const std::string&, const json&)>& own) {
  const auto candidates = c.at("inputs").at("candidates").get<Rows>();
  Doubles predictions;
  LowestRows best(c.at("hyper").at("top_k").get<size_t>());
  for (const auto& row : candidates) {
    predictions.push_back(model(row));
    best.offer(predictions.back(), row);
  }
  std::vector<size_t> top;
  for (const auto& entry : best.sorted()) top.push_back(entry.place);
  for (const auto& [key, value] : c.at("expected").items()) {
    if (key == "predictions")
      expect_near(predictions, value.get<Doubles>(), tolerance, key);
    else if (key == "top")
      EXPECT_EQ(top, value.get<std::vector<size_t>>());
    else if (key == "mixture")
      expect_near(best.mean(), value.get<Doubles>(), tolerance, key);
    else if (!own(key, value))
      nobody(key);
  }
}

void check_ridge(const json& c, double tolerance) {
  const Ridge ridge = fit_ridge(c.at("inputs").at("X").get<Rows>(), c.at("inputs").at("y").get<Doubles>(),
                                c.at("hyper").at("lambda").get<double>());
  check_regression(c, tolerance, ridge, [&](const std::string& key, const json& value) {
    if (key == "w") expect_near(ridge.w, value.get<Doubles>(), tolerance, key);
    if (key == "b") EXPECT_NEAR(ridge.b, value.get<double>(), tolerance);
    return key == "w" || key == "b";
  });
}

void check_stumps(const json& c, double tolerance) {
  const auto& hyper = c.at("hyper");
  ASSERT_EQ(hyper.value("split", ""), "midpoint, ties: lowest feature then lowest threshold");
  const auto model = fit_stumps(c.at("inputs").at("X").get<Rows>(), c.at("inputs").at("y").get<Doubles>(),
                                hyper.at("rounds").get<int64_t>(), hyper.at("learning_rate").get<double>());
  EXPECT_EQ(model.stumps.size(), hyper.at("rounds").get<size_t>());
  check_regression(c, tolerance, model, [&](const std::string& key, const json& value) {
    if (key == "base") {
      EXPECT_NEAR(model.base, value.get<double>(), tolerance);
      return true;
    }
    size_t shown = 0;
    int length = 0;
    if (std::sscanf(key.c_str(), "first_%zu_trees_feature_threshold_left_right%n", &shown, &length) != 1 ||
        length != static_cast<int>(key.size()))
      return false;
    EXPECT_EQ(value.size(), shown);
    for (size_t k = 0; k < shown; ++k) {
      const Stump& s = model.stumps.at(k);
      expect_near({static_cast<double>(s.feature), s.threshold, s.left, s.right}, value[k].get<Doubles>(),
                  tolerance, key);
    }
    return true;
  });
}

TEST(GoldenProxies, RegMix) {
  check_file("regmix.json", [](const json& c, double tolerance) {
    const auto& inputs = c.at("inputs");
    if (inputs.contains("raw_dirichlet_sample")) return check_generation(c, tolerance);
    if (inputs.contains("X") && c.at("hyper").contains("lambda")) return check_ridge(c, tolerance);
    if (inputs.contains("X") && c.at("hyper").contains("rounds")) return check_stumps(c, tolerance);
    ADD_FAILURE() << "nobody handles this case";
  });
}

// ---- mixlaws

std::vector<ExponentialLaw> laws_of(const json& params) {
  std::vector<ExponentialLaw> laws;
  for (const auto& p : params)
    laws.push_back({std::log(p.at("c").get<double>()), p.at("logk").get<double>(), p.at("t").get<Doubles>()});
  return laws;
}

void check_prediction(const json& c, double tolerance) {
  const auto& inputs = c.at("inputs");
  const auto laws = laws_of(inputs.at("params"));
  const auto total = weighted_laws(laws, inputs.at("eval_weights").get<Doubles>());
  Doubles by_domain, weighted;
  for (const auto& r : inputs.at("ratios").get<Rows>()) {
    for (const auto& law : laws) by_domain.push_back(law(r));
    weighted.push_back(total(r, {}));
  }
  for (const auto& [key, value] : c.at("expected").items()) {
    if (key == "per_domain") {
      Doubles flat;
      for (const auto& row : value) flat.insert(flat.end(), row.begin(), row.end());
      expect_near(by_domain, flat, tolerance, key);
    } else if (key == "weighted_total") {
      expect_near(weighted, value.get<Doubles>(), tolerance, key);
    } else {
      nobody(key);
    }
  }
}

void check_optimum(const json& c, double tolerance) {
  const auto& inputs = c.at("inputs");
  const auto laws = laws_of(inputs.at("params"));
  const auto total = weighted_laws(laws, inputs.at("eval_weights").get<Doubles>());
  const size_t k = laws.at(0).t.size();
  for (const auto& [key, value] : c.at("expected").items()) {
    Doubles found;
    if (key.starts_with("grid_1_over_"))
      found = best_on_grid(total, k, static_cast<int>(trailing_number(key, "grid_1_over_")));
    else if (key == "continuous")
      found = minimise_mixture({total, 0, {}, {}}, uniform_weights(k));
    else
      nobody(key);
    for (const auto& [part, want] : value.items()) {
      if (part == "ratio")
        expect_near(found, want.get<Doubles>(), tolerance, key);
      else if (part == "loss")
        EXPECT_NEAR(total(found, {}), want.get<double>(), tolerance) << key;
      else
        nobody(part);
    }
  }
}

void check_objective(const json& c, double tolerance) {
  const auto &inputs = c.at("inputs"), &hyper = c.at("hyper");
  ASSERT_EQ(hyper.value("reduction", ""), "sum");
  const auto q = inputs.at("q_logc_logk_t").get<Doubles>();
  Doubles gradient(q.size());
  const double value =
      huber_objective({q[0], q[1], {q.begin() + 2, q.end()}}, inputs.at("X").get<Rows>(),
                      inputs.at("y").get<Doubles>(), hyper.at("delta").get<double>(), gradient);
  for (const auto& [key, want] : c.at("expected").items()) {
    if (key == "objective")
      EXPECT_NEAR(value, want.get<double>(), tolerance);
    else if (key == "gradient")
      expect_near(gradient, want.get<Doubles>(), tolerance, key);
    else
      nobody(key);
  }
}

void check_fit(const json& c) {
  const auto x = c.at("inputs").at("X").get<Rows>();
  const auto y = c.at("inputs").at("y").get<Doubles>();
  const ExponentialLaw law = fit_exponential_law(x, y, 0.02, 8);
  for (const auto& [key, want] : c.at("expected").items()) {
    if (key == "fitted_predictions_equal_y_within") {
      for (size_t n = 0; n < x.size(); ++n) EXPECT_NEAR(law(x[n]), y[n], want.get<double>());
    } else if (key != "note") {
      nobody(key);
    }
  }
}

TEST(GoldenProxies, MixLaws) {
  check_file("mixlaws.json", [](const json& c, double tolerance) {
    const auto& inputs = c.at("inputs");
    if (inputs.contains("ratios")) return check_prediction(c, tolerance);
    if (inputs.contains("params")) return check_optimum(c, tolerance);
    if (inputs.contains("q_logc_logk_t")) return check_objective(c, tolerance);
    if (inputs.contains("X")) return check_fit(c);
    if (inputs.contains("log_d0")) return;  // the paper's law over steps: no method here extrapolates by it
    ADD_FAILURE() << "nobody handles this case";
  });
}

// ---- olmix

TEST(GoldenProxies, Olmix) {
  check_file("olmix.json", [](const json& c, double tolerance) {
    const auto& inputs = c.at("inputs");
    std::vector<ExponentialLaw> laws;
    for (const auto& t : inputs.at("t")) laws.push_back({0, 0, t.get<Doubles>()});
    const MixtureProblem problem{weighted_terms(laws, inputs.at("task_weights").get<Doubles>()),
                                 c.at("hyper").at("kl_reg").get<double>(), inputs.at("prior").get<Doubles>(),
                                 inputs.value("caps", Doubles{})};
    const Doubles x = minimise_mixture(problem, problem.prior);
    for (const auto& [key, want] : c.at("expected").items()) {
      if (key == "x")
        expect_near(x, want.get<Doubles>(), tolerance, key);
      else if (key == "objective")
        EXPECT_NEAR(problem_value(problem, x), want.get<double>(), tolerance);
      else
        nobody(key);
    }
  });
}

}  // namespace
}  // namespace rnb
