// Golden vectors of the mixers of proxy runs.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "methods/core/registry.h"
#include "tests/methods/golden.h"
#include "tests/methods/golden_answers.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kDoremi("doremi.json"), kDoge("doge.json");

// Reduced as the trainer does: means over the domain's tokens of (proxy - reference), and of its positive
// part.
struct Excess {
  Doubles plain, clipped, loss;
  std::vector<int64_t> tokens;
  explicit Excess(const json& domains) {
    for (const auto& domain : domains) {
      double sum = 0, positive = 0, own = 0;
      for (const auto& token : domain) {
        const double difference = token[0].get<double>() - token[1].get<double>();
        sum += difference;
        positive += std::max(difference, 0.0);
        own += token[0].get<double>();
      }
      const auto n = static_cast<double>(domain.size());
      plain.push_back(n > 0 ? sum / n : NAN);
      clipped.push_back(n > 0 ? positive / n : NAN);
      loss.push_back(n > 0 ? own / n : NAN);
      tokens.push_back(static_cast<int64_t>(domain.size()));
    }
  }
};

Decision on_batch(Mixer& mixer, const Excess& e) {
  BatchView view;
  view.loss = e.loss;
  view.tokens = e.tokens;
  view.excess = e.plain;
  view.clipped_excess = e.clipped;
  Services none;
  return mixer.on_batch(view, none);
}

std::unique_ptr<Mixer> started(const std::string& name, std::map<std::string, std::string> options,
                               size_t m) {
  auto mixer = make_mixer(name, options);
  Services none;
  mixer->init(equal_domains(m), none);
  return mixer;
}

// The two normalisers of the loss, with the weights that the mixer gives for them.
void check_doremi_loss(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  expect_keys(expected, {"official_code_loss", "paper_loss"});
  const Excess e(inputs.at("batch"));
  const auto alpha = inputs.at("alpha").get<Doubles>();
  for (const std::string variant : {"paper", "code"}) {
    const auto mixer =
        started("doremi_proxy", {{"reference", "r"}, {"variant", variant}, {"eta", "0"}, {"smoothing", "0"}},
                alpha.size());
    auto state = mixer->save();
    state["alpha"] = alpha;
    mixer->load(state);
    const Weights w = on_batch(*mixer, e).loss_weights.value();
    double loss = 0, total = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      const double n = variant == "code" ? static_cast<double>(e.tokens[i]) : 1.0;
      loss += w[i] * n * e.loss[i];
      total += variant == "code" ? w[i] * n : 0.0;
    }
    EXPECT_NEAR(variant == "code" ? loss / total : loss,
                expected.at(variant == "code" ? "official_code_loss" : "paper_loss").get<double>(),
                tolerance);
  }
}

void check_doremi(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  if (inputs.contains("batch")) return check_doremi_loss(one, tolerance);
  const json& hyper = one.at("hyper");
  expect_keys(hyper, {"eta", "smoothing_c", "init_alpha"});
  expect_keys(expected, {"steps", "paper_average_alpha"});
  if (inputs.contains("absent_domain_policy"))
    EXPECT_EQ(inputs.at("absent_domain_policy"), "keep last lambda");
  const json& batches = inputs.at("token_losses_proxy_ref");
  const bool by_domain = one.at("name").get<std::string>().find("domain_mean") != std::string::npos;
  for (const std::string variant : {"paper", "code"}) {
    const auto mixer = started("doremi_proxy",
                               {{"reference", "r"},
                                {"variant", variant},
                                {"clip", by_domain ? "domain" : "token"},
                                {"eta", text(hyper.at("eta"))},
                                {"smoothing", text(hyper.at("smoothing_c"))},
                                {"init_lambda", text(inputs.at("init_lambda"))}},
                               batches.front().size());
    if (hyper.contains("init_alpha")) {
      auto state = mixer->save();
      state["alpha"] = hyper.at("init_alpha");
      if (variant == "code") state["sum"] = hyper.at("init_alpha");
      mixer->load(state);
    }
    for (size_t t = 0; t < batches.size(); ++t) {
      const Decision d = on_batch(*mixer, Excess(batches[t]));
      const json& want = expected.at("steps")[t];
      expect_keys(want, {"lambda", "alpha", "official_running_avg"});
      expect_near(d.record.at("lambda").get<Doubles>(), want.at("lambda").get<Doubles>(), tolerance,
                  "lambda");
      expect_near(d.record.at("alpha").get<Doubles>(), want.at("alpha").get<Doubles>(), tolerance, "alpha");
      if (variant == "code")
        expect_near(mixer->finish().value(), want.at("official_running_avg").get<Doubles>(), tolerance,
                    "running average");
    }
    if (variant == "paper")
      expect_near(mixer->finish().value(), expected.at("paper_average_alpha").get<Doubles>(), tolerance,
                  "average");
  }
}

// sum_j alpha_j g_j, each g_j clipped to the norm.
Doubles update_direction(const std::vector<Doubles>& g, const Weights& alpha, double limit) {
  Doubles direction(g.front().size());
  for (size_t i = 0; i < g.size(); ++i) {
    const double norm = std::sqrt(dot(g[i], g[i]));
    for (size_t c = 0; c < direction.size(); ++c)
      direction[c] += alpha[i] * g[i][c] * (norm > limit ? limit / norm : 1.0);
  }
  return direction;
}

void check_doge(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected"), &hyper = one.at("hyper");
  expect_keys(hyper, {"lr", "mu", "dw_min", "dw_max", "max_grad_norm", "eps"});
  expect_keys(expected, {"W", "alpha", "alpha_avg", "scores", "proxy_update_direction_step1"});
  const auto g = inputs.at("g").get<std::vector<Doubles>>();
  std::vector<Doubles> targets;
  if (inputs.contains("g_target")) targets.push_back(inputs.at("g_target").get<Doubles>());
  const bool code = hyper.contains("max_grad_norm");
  std::map<std::string, std::string> options{{"variant", code ? "code" : "paper"},
                                             {"target", targets.empty() ? "domains" : "evaluation"},
                                             {"mu", text(hyper.at("mu"))}};
  for (const char* name : {"dw_min", "dw_max", "max_grad_norm"})
    if (hyper.contains(name)) options[name] = text(hyper.at(name));
  if (hyper.contains("eps")) options["smoothing"] = text(hyper.at("eps"));
  const auto mixer = started("doge_proxy", options, g.size());
  auto state = mixer->save();
  state["alpha"] = inputs.at("alpha0");
  mixer->load(state);
  const bool several = expected.at("alpha")[0].is_array();
  const size_t steps = several ? expected.at("alpha").size() : 1;
  const GradientProbe probe = probe_of(g, targets);
  const Doubles loss(g.size(), 2.0);
  const std::vector<int64_t> tokens(g.size(), 8);
  BatchView view;
  view.lr = hyper.at("lr").get<double>();
  view.loss = loss;
  view.tokens = tokens;
  view.gradients = &probe;
  Services none;
  for (size_t t = 0; t < steps; ++t) {
    const Decision d = mixer->on_batch(view, none);
    const Weights alpha = d.loss_weights.value();
    expect_near(alpha, (several ? expected.at("alpha")[t] : expected.at("alpha")).get<Doubles>(), tolerance,
                "alpha");
    if (expected.contains("W"))
      expect_near(d.record.at("W").get<Doubles>(), expected.at("W").get<Doubles>(), tolerance, "W");
    if (expected.contains("scores")) {
      const json& want =
          expected.at("scores")[0].is_array() ? expected.at("scores")[t] : expected.at("scores");
      expect_near(d.record.at("score").get<Doubles>(), want.get<Doubles>(), tolerance, "score");
    }
    if (t == 0 && expected.contains("proxy_update_direction_step1"))
      expect_near(update_direction(g, alpha, mixer->needs().domain_gradient_clip),
                  expected.at("proxy_update_direction_step1").get<Doubles>(), tolerance, "direction");
  }
  if (expected.contains("alpha_avg"))
    expect_near(mixer->finish().value(), expected.at("alpha_avg").get<Doubles>(), tolerance, "alpha_avg");
}

TEST(Golden, Doremi) {
  check_file("doremi.json", check_doremi);
}
TEST(Golden, Doge) {
  check_file("doge.json", check_doge);
}

}  // namespace
}  // namespace rnb
