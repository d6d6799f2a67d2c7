// Golden vectors of the methods that follow losses.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "methods/core/registry.h"
#include "methods/math/scaling_law.h"
#include "methods/math/simplex.h"
#include "tests/methods/golden.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kOdm("odm.json"), kLossSoftmax("loss_softmax.json"), kSheared("sheared_llama.json"),
    kDump("dump_ucb.json"), kAdo("ado.json");

// The batch losses of the turn's domains; the others are absent.
struct Turn {
  Turn(const json& losses, size_t m) : loss(m, NAN), count(m, 0) {
    for (const auto& [domain, value] : losses.items()) {
      loss.at(std::stoul(domain)) = value.get<double>();
      count[std::stoul(domain)] = 1;
    }
  }
  Doubles loss;
  std::vector<int64_t> count;
};

void check_odm(const json& one, double tolerance) {
  const json& hyper = one.at("hyper");
  expect_keys(hyper, {"K", "alpha", "smoothing", "reward_scale"});
  std::map<std::string, std::string> options{{"warmup", "0"}, {"variant", "paper"}};
  if (hyper.contains("alpha")) options["alpha"] = text(hyper.at("alpha"));
  if (hyper.contains("smoothing"))
    options = {{"warmup", "0"}, {"variant", "repo_smoothed"}, {"alpha", text(hyper.at("smoothing"))}};
  if (hyper.contains("reward_scale"))
    options = {{"warmup", "0"}, {"variant", "repo_exp3"}, {"reward_scale", text(hyper.at("reward_scale"))}};
  const auto m = hyper.at("K").get<size_t>();
  const auto mixer = make_mixer("odm", options);
  Services services;
  Weights p = mixer->init(equal_domains(m), services).sampling.value();
  const json &turns = one.at("inputs").at("turns"), &wanted = one.at("expected").at("turns");
  expect_keys(one.at("inputs"), {"turns"});
  expect_keys(one.at("expected"), {"turns"});
  ASSERT_EQ(turns.size(), wanted.size());
  for (size_t k = 0; k < turns.size(); ++k) {
    const json& want = wanted[k];
    SCOPED_TRACE("turn " + text(want.at("t")));
    ASSERT_EQ(turns[k].at("t"), want.at("t"));
    const Turn turn(turns[k].at("losses"), m);
    const Weights used = p;
    const Decision d =
        mixer->on_step({want.at("t").get<int64_t>(), 0.1, turn.loss, turn.count, turn.count}, services);
    p = d.sampling.value();
    for (const auto& [key, value] : want.items()) {
      if (key == "t") continue;
      if (key == "eps") {
        EXPECT_NEAR(d.record.at("eps").get<double>(), value.get<double>(), tolerance) << key;
      } else if (key == "R") {
        expect_near(d.record.at("R").get<Doubles>(), value.get<Doubles>(), tolerance, key);
      } else if (key == "pi") {
        expect_near(used, value.get<Doubles>(), tolerance, key);
      } else if (key == "pi_next") {
        expect_near(p, value.get<Doubles>(), tolerance, key);
      } else {
        ADD_FAILURE() << "nobody handles key " << key;
      }
    }
  }
}

TEST(GoldenLosses, OnlineDataMixing) {
  check_file("odm.json", check_odm);
}

void check_loss_softmax(const json& one, double tolerance) {
  expect_keys(one.at("hyper"), {"T"});
  expect_keys(one.at("inputs"), {"loss"});
  expect_keys(one.at("expected"), {"p"});
  const auto loss = one.at("inputs").at("loss").get<Doubles>();
  const auto mixer = make_mixer("loss_softmax", {{"T", text(one.at("hyper").at("T"))}});
  Services services;
  const Domains domains = equal_domains(loss.size());
  mixer->init(domains, services);
  const Decision d = mixer->on_eval({1, loss, domains.valid_examples}, services);
  expect_near(d.sampling.value(), one.at("expected").at("p").get<Doubles>(), tolerance, "p");
}

TEST(GoldenLosses, LossSoftmax) {
  check_file("loss_softmax.json", check_loss_softmax);
}

void check_sheared_llama(const json& one, double tolerance) {
  expect_keys(one.at("hyper"), {"eta", "smoothing"});
  expect_keys(one.at("inputs"), {"p", "loss", "reference"});
  const auto loss = one.at("inputs").at("loss").get<Doubles>();
  const auto file = std::filesystem::path(testing::TempDir()) / "rnb_golden_reference.json";
  std::ofstream(file) << one.at("inputs").at("reference");
  for (const auto& [key, value] : one.at("expected").items()) {
    if (key != "code_no_clip" && key != "paper_clip_at_0") {
      ADD_FAILURE() << "nobody handles key " << key;
      continue;
    }
    const auto mixer = make_mixer("sheared_llama", {{"variant", key == "code_no_clip" ? "code" : "paper"},
                                                    {"eta", text(one.at("hyper").at("eta"))},
                                                    {"smoothing", text(one.at("hyper").at("smoothing"))},
                                                    {"reference", file.string()}});
    Services services;
    const Domains domains = equal_domains(loss.size());
    mixer->init(domains, services);
    mixer->load({{"p", one.at("inputs").at("p")}});
    const Decision d = mixer->on_eval({1, loss, domains.valid_examples}, services);
    expect_near(d.sampling.value(), value.get<Doubles>(), tolerance, key);
  }
  std::filesystem::remove(file);
}

TEST(GoldenLosses, ShearedLlama) {
  check_file("sheared_llama.json", check_sheared_llama);
}

// A loss history whose absolute changes are the given signals; the first step draws all of the samples.
void check_dump_ucb(const json& one, double tolerance) {
  expect_keys(one.at("hyper"), {"tau", "window"});
  expect_keys(one.at("inputs"), {"recent_abs_signal", "samples_drawn"});
  expect_keys(one.at("expected"), {"mean", "ucb", "p"});
  const auto signals = one.at("inputs").at("recent_abs_signal").get<std::vector<Doubles>>();
  auto drawn = one.at("inputs").at("samples_drawn").get<std::vector<int64_t>>();
  const auto mixer = make_mixer(
      "dump_ucb", {{"tau", text(one.at("hyper").at("tau"))}, {"window", text(one.at("hyper").at("window"))}});
  const size_t m = signals.size();
  Services services;
  mixer->init(equal_domains(m), services);
  Doubles loss(m, 1.0);
  std::vector<int64_t> tokens(m, 1);
  Decision d;
  size_t last = 0;
  for (const Doubles& s : signals) last = std::max(last, s.size());
  for (size_t step = 0; step <= last; ++step) {
    for (size_t i = 0; i < m && step > 0; ++i) {
      tokens[i] = step <= signals[i].size() ? 1 : 0;
      if (tokens[i] > 0) loss[i] += signals[i][step - 1];
    }
    d = mixer->on_step({static_cast<int64_t>(step) + 1, 0.1, loss, tokens, drawn}, services);
    std::fill(drawn.begin(), drawn.end(), 0);
  }
  expect_near(d.record.at("mean").get<Doubles>(), one.at("expected").at("mean").get<Doubles>(), tolerance,
              "mean");
  expect_near(d.record.at("ucb").get<Doubles>(), one.at("expected").at("ucb").get<Doubles>(), tolerance,
              "ucb");
  expect_near(d.sampling.value(), one.at("expected").at("p").get<Doubles>(), tolerance, "p");
}

TEST(GoldenLosses, DumpUcb) {
  check_file("dump_ucb.json", check_dump_ucb);
}

void check_ado_policy(const json& one, double tolerance) {
  const json &hyper = one.at("hyper"), &inputs = one.at("inputs");
  expect_keys(hyper, {"gamma_history", "s", "mix_new", "min_prob", "alpha_floor"});
  expect_keys(inputs, {"mu", "params_logbeta_logeps_alpha", "n_before", "batch_counts", "first_itr"});
  expect_keys(one.at("expected"), {"steps"});
  const auto mixer = make_mixer("ado", {{"history", text(hyper.at("gamma_history"))},
                                        {"credit", text(hyper.at("s"))},
                                        {"mix", text(hyper.at("mix_new"))},
                                        {"min_p", text(hyper.at("min_prob"))},
                                        {"alpha_floor", text(hyper.at("alpha_floor"))},
                                        {"every", "1000000"}});
  const auto mu = inputs.at("mu").get<Doubles>();
  Domains domains = equal_domains(mu.size());
  for (size_t i = 0; i < mu.size(); ++i) domains.train_tokens[i] = std::llround(mu[i] * 1e15);
  Services services;
  mixer->init(domains, services);
  json state = mixer->save();
  state["laws"] = inputs.at("params_logbeta_logeps_alpha");
  state["n"] = inputs.at("n_before");
  mixer->load(state);
  const auto first = inputs.at("first_itr").get<int64_t>();
  const json &counts = inputs.at("batch_counts"), &steps = one.at("expected").at("steps");
  ASSERT_EQ(counts.size(), steps.size());
  for (size_t k = 0; k < steps.size(); ++k) {
    SCOPED_TRACE("step " + std::to_string(k));
    const int64_t itr = first + static_cast<int64_t>(k);
    const auto examples = counts[k].get<std::vector<int64_t>>();
    const Doubles loss(mu.size(), 2.0);
    const Decision d = mixer->on_step({itr, 0.1, loss, examples, examples}, services);
    for (const auto& [key, value] : steps[k].items()) {
      if (key == "itr") {
        EXPECT_EQ(itr, value.get<int64_t>());
      } else if (key == "n") {
        expect_near(mixer->save().at("n").get<Doubles>(), value.get<Doubles>(), tolerance, key);
      } else if (key == "pi") {
        expect_near(d.sampling.value(), value.get<Doubles>(), tolerance, key);
      } else if (key == "minus_dL_dn") {
        expect_near(d.record.at("speed").get<Doubles>(), value.get<Doubles>(), tolerance, key);
      } else if (key == "h" || key == "predicted_loss" || key == "rho_unclipped" || key == "rho" ||
                 key == "pi_bar") {
        expect_near(d.record.at(key).get<Doubles>(), value.get<Doubles>(), tolerance, key);
      } else {
        ADD_FAILURE() << "nobody handles key " << key;
      }
    }
  }
}

void check_ado_fit(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  expect_keys(one.at("hyper"), {"huber_delta"});
  expect_keys(inputs, {"D", "L", "params"});
  expect_keys(expected, {"objective", "argmin_true_params", "min_value"});
  const auto n = inputs.at("D").get<Doubles>(), loss = inputs.at("L").get<Doubles>();
  ScalingLawFit fit;
  fit.huber = one.at("hyper").at("huber_delta").get<double>();
  const Objective function = scaling_law_objective(n, loss, fit);
  const auto objective = [&](const Doubles& a_e_alpha) {
    Doubles gradient(3);
    return function(a_e_alpha, gradient);
  };
  Doubles values;
  for (const json& p : inputs.at("params")) values.push_back(objective(p.get<Doubles>()));
  expect_near(values, expected.at("objective").get<Doubles>(), tolerance, "objective");
  const auto least = expected.at("min_value").get<double>();
  EXPECT_NEAR(objective(expected.at("argmin_true_params").get<Doubles>()), least, tolerance);
  // The valley is nearly flat over so short a range of n: the value, not the place, says that the fit is
  // good.
  const auto found = fit_scaling_law(n, loss, fit);
  ASSERT_TRUE(found);
  EXPECT_NEAR(objective({found->a, found->e, found->alpha}), least, 1e-7);
}

void check_ado(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  if (inputs.contains("mu")) return check_ado_policy(one, tolerance);
  if (inputs.contains("D")) return check_ado_fit(one, tolerance);
  expect_keys(inputs, {"p", "min"});
  expect_keys(expected, {"p"});
  const auto p = inputs.at("p").get<Doubles>();
  expect_near(floored_where(p, inputs.at("min").get<double>(), std::vector<bool>(p.size(), true)),
              expected.at("p").get<Doubles>(), tolerance, "p");
}

TEST(GoldenLosses, AdaptiveDataOptimization) {
  check_file("ado.json", check_ado);
}

}  // namespace
}  // namespace rnb
