// Vectors of the methods that learn from proxy runs before the first step.

#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "harness/bill/cost_formulas.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/math/exponential_law.h"
#include "methods/math/mixture_draws.h"
#include "methods/math/mixture_optimum.h"
#include "methods/math/regressors.h"
#include "methods/math/simplex.h"
#include "methods/math/static_mixtures.h"
#include "tests/methods/golden.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kRegMix("regmix.json"), kMixLaws("mixlaws.json"), kOlmix("olmix.json"),
    kMixMin("mixmin.json"), kChameleon("chameleon.json"), kFlops("flops.json");

void nobody(const std::string& key) {
  ADD_FAILURE() << "nobody handles key " << key;
}

double trailing_number(const std::string& key, const std::string& prefix) {
  double value = 0;
  const char* const end = key.data() + key.size();
  const auto [at, code] = std::from_chars(key.data() + prefix.size(), end, value);
  EXPECT_TRUE(code == std::errc() && at == end) << "no number at the end of key " << key;
  return value;
}

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
  for (const auto& row : candidates) predictions.push_back(model(row));
  const auto top = lowest(predictions, c.at("hyper").at("top_k").get<size_t>());
  for (const auto& [key, value] : c.at("expected").items()) {
    if (key == "predictions")
      expect_near(predictions, value.get<Doubles>(), tolerance, key);
    else if (key == "top")
      EXPECT_EQ(top, value.get<std::vector<size_t>>());
    else if (key == "mixture")
      expect_near(mean_row(candidates, top), value.get<Doubles>(), tolerance, key);
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

void check_step_law(const json& c, double tolerance) {
  const auto& inputs = c.at("inputs");
  Doubles loss;
  for (const auto& tokens : inputs.at("tokens"))
    loss.push_back(step_law(inputs.at("log_c").get<double>(), inputs.at("log_d0").get<double>(),
                            inputs.at("alpha").get<double>(), tokens.get<double>()));
  for (const auto& [key, want] : c.at("expected").items()) {
    if (key == "loss")
      expect_near(loss, want.get<Doubles>(), tolerance, key);
    else
      nobody(key);
  }
}

TEST(GoldenProxies, MixLaws) {
  check_file("mixlaws.json", [](const json& c, double tolerance) {
    const auto& inputs = c.at("inputs");
    if (inputs.contains("ratios")) return check_prediction(c, tolerance);
    if (inputs.contains("params")) return check_optimum(c, tolerance);
    if (inputs.contains("q_logc_logk_t")) return check_objective(c, tolerance);
    if (inputs.contains("X")) return check_fit(c);
    if (inputs.contains("log_d0")) return check_step_law(c, tolerance);
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

// ---- methods that are given their vectors as answers of proxies

// Proxies are numbered in the order in which they are trained; `answer` is asked the rest.
class VectorServices : public Services {
 public:
  explicit VectorServices(std::function<json(const json&)> answer) : answer_(std::move(answer)) {}
  json request(const json& call) override {
    if (call.at("service") != "train_proxy") return answer_(call);
    return {{"run", std::to_string(trained_++)},
            {"losses", {{"loss", json::array()}, {"tokens", json::array()}}},
            {"finished", nullptr},
            {"parameters", 1},
            {"flops", 1}};
  }

 private:
  std::function<json(const json&)> answer_;
  int trained_ = 0;
};

std::string exact_text(double v) {
  return json(v).dump();
}

TEST(GoldenProxies, MixMin) {
  check_file("mixmin.json", [](const json& c, double tolerance) {
    const auto &inputs = c.at("inputs"), &hyper = c.at("hyper");
    const auto log_prob = inputs.at("sequence_logprob_model_by_example").get<Rows>();
    const auto lengths = inputs.at("lengths").get<std::vector<int64_t>>();
    const auto after = [&](int64_t steps) {
      VectorServices services([&](const json& call) -> json {
        const auto row = static_cast<size_t>(std::stoi(call.at("run").get<std::string>()));
        return {
            {"log_prob", log_prob.at(row)}, {"tokens", lengths}, {"weight", uniform_weights(lengths.size())}};
      });
      const auto mixer = make_mixer("mixmin", {{"lr", exact_text(hyper.at("lr").get<double>())},
                                               {"tol", exact_text(hyper.at("grad_tol").get<double>())},
                                               {"steps", std::to_string(steps)}});
      return mixer->init(equal_domains(log_prob.size(), 10), services);
    };
    const auto most = hyper.at("max_steps").get<int64_t>();
    for (const auto& [key, want] : c.at("expected").items()) {
      size_t shown = 0;
      if (std::sscanf(key.c_str(), "first_%zu_steps", &shown) == 1) {
        ASSERT_EQ(want.size(), shown);
        for (size_t k = 0; k < shown; ++k) {
          const Decision d = after(static_cast<int64_t>(k) + 1);
          for (const auto& [part, value] : want[k].items()) {
            if (part == "loss_before")
              EXPECT_NEAR(d.record.at("loss").get<double>(), value.get<double>(), tolerance);
            else if (part == "grad")
              expect_near(d.record.at("gradient").get<Doubles>(), value.get<Doubles>(), tolerance, part);
            else if (part == "w")
              expect_near(d.sampling.value(), value.get<Doubles>(), tolerance, part);
            else
              nobody(part);
          }
        }
      } else if (key.starts_with("w_after_")) {
        EXPECT_EQ(trailing_number(key, "w_after_"), static_cast<double>(most));
        expect_near(after(most).sampling.value(), want.get<Doubles>(), tolerance, key);
      } else if (key.starts_with("loss_after_")) {  // recorded before the step that follows
        const auto steps = static_cast<int64_t>(trailing_number(key, "loss_after_"));
        EXPECT_NEAR(after(steps + 1).record.at("loss").get<double>(), want.get<double>(), tolerance);
      } else {
        nobody(key);
      }
    }
  });
}

TEST(GoldenProxies, Chameleon) {
  check_file("chameleon.json", [](const json& c, double tolerance) {
    const auto rows = c.at("inputs").at("domain_mean_embeddings").get<Rows>();
    Doubles mean;
    for (const auto& row : rows) mean.insert(mean.end(), row.begin(), row.end());
    const auto learnt = [&](const std::string& mode) {
      VectorServices services(
          [&](const json&) -> json { return {{"width", rows.at(0).size()}, {"mean", exact(mean)}}; });
      const auto mixer = make_mixer(
          "chameleon", {{"mode", mode},
                        {"lambda", exact_text(c.at("hyper").at("lambda_reg").get<double>())},
                        {"temperature", exact_text(c.at("hyper").at(mode + "_temperature").get<double>())}});
      return mixer->init(equal_domains(rows.size(), 10), services);
    };
    for (const auto& [key, want] : c.at("expected").items()) {
      if (key == "centred_kernel") {
        Doubles flat;
        for (const auto& row : want) flat.insert(flat.end(), row.begin(), row.end());
        expect_near(learnt("pretrain").record.at("kernel").get<Doubles>(), flat, tolerance, key);
      } else if (key == "leverage") {
        expect_near(learnt("pretrain").record.at("leverage").get<Doubles>(), want.get<Doubles>(), tolerance,
                    key);
      } else if (key == "pretrain_weights" || key == "finetune_weights") {
        expect_near(learnt(key.substr(0, key.find('_'))).sampling.value(), want.get<Doubles>(), tolerance,
                    key);
      } else {
        nobody(key);
      }
    }
  });
}

// ---- cost formulas

void check_formulas(const json& c, double tolerance) {
  const auto& in = c.at("inputs");
  const CostInputs inputs{in.at("N").get<double>(), in.at("D_t").get<double>(), in.at("D_e").get<double>(),
                          in.at("T").get<double>(), in.at("m").get<double>(),   in.at("delta").get<double>()};
  for (const auto& [key, want] : c.at("expected").items()) {
    const CostFormula* const formula = cost_formula(key);
    if (formula)
      EXPECT_NEAR(100 * formula->share(inputs), want.get<double>(), tolerance) << key;
    else
      nobody(key);
  }
}

void check_passes(const json& c, double tolerance) {
  const auto& in = c.at("inputs");
  for (const auto& [key, want] : c.at("expected").items()) {
    PassInputs inputs{in.at("N").get<double>(), in.at("batch_tokens").get<double>(),
                      in.at("steps").get<double>(), 0, 0};
    const std::string method = key.substr(0, key.find('_'));
    const bool probes =
        std::sscanf(key.c_str(), "dga_every_%lf_steps_m%lf_batch16", &inputs.every, &inputs.domains) == 2;
    if (!probes && key != "doremi_reference_plus_proxy_same_size" &&
        key != "doge_proxy_same_size_target_batch_equal" && key != "odm" && key != "ado")
      nobody(key);
    for (const PassBill& bill : pass_bills())
      if (bill.method == method) EXPECT_NEAR(100 * bill.share(inputs), want.get<double>(), tolerance) << key;
  }
}

TEST(GoldenProxies, CostFormulas) {
  check_file("flops.json", [](const json& c, double tolerance) {
    if (c.at("inputs").contains("D_t")) return check_formulas(c, tolerance);
    if (c.at("inputs").contains("batch_tokens")) return check_passes(c, tolerance);
    ADD_FAILURE() << "nobody handles this case";
  });
}

}  // namespace
}  // namespace rnb
