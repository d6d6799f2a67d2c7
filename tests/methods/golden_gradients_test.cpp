// Golden vectors of the methods that align gradients of fresh batches.

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "methods/core/registry.h"
#include "tests/methods/golden.h"
#include "tests/methods/golden_answers.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kDga("dga.json"), kGrape("grape.json");

void check_dga_basis(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  std::map<std::string, std::string> options{
      {"eta", text(one.at("hyper").at("eta"))}, {"clip", "0"}, {"ema", "off"}};
  Services none;
  expect_keys(expected, {"w", "domain_mixture"});
  const auto basis = inputs.at("basis").get<std::vector<Weights>>();
  const auto file =
      std::filesystem::path(testing::TempDir()) / ("basis-" + std::to_string(::getpid()) + ".json");
  std::ofstream(file) << inputs.at("basis").dump();
  options["basis"] = file.string();
  const auto mixer = make_mixer("dga", options);
  mixer->init(equal_domains(basis.front().size()), none);
  mixer->load({{"alpha", inputs.at("w0")}, {"average", inputs.at("w0")}});
  const auto alignment = inputs.at("alignment").get<Doubles>();
  std::vector<Doubles> sources;
  for (const double a : alignment) sources.push_back({a});
  Answers answers;
  answers.answers = {to_json(probe_of(sources, {{1.0}}))};
  const Decision d = mixer->on_round(round_to_go_on(), answers);
  EXPECT_EQ(answers.calls.front().at("sources"), inputs.at("basis"));
  expect_near(d.record.at("alpha").get<Doubles>(), expected.at("w").get<Doubles>(), tolerance, "w");
  expect_near(d.sampling.value(), expected.at("domain_mixture").get<Doubles>(), tolerance, "domain_mixture");
  std::filesystem::remove(file);
}

void check_dga(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected"), &hyper = one.at("hyper");
  expect_keys(hyper, {"eta", "ema_beta", "sign"});
  if (inputs.contains("basis")) return check_dga_basis(one, tolerance);
  std::map<std::string, std::string> options{{"eta", text(hyper.at("eta"))}, {"clip", "0"}, {"ema", "off"}};
  Services none;
  const bool guard = hyper.value("sign", 1) < 0;
  const auto rounds = inputs.at("g").get<std::vector<std::vector<Doubles>>>();
  const auto targets = inputs.at("g_spe").get<std::vector<Doubles>>();
  const json& updates = expected.at("updates");
  const bool averaged = hyper.contains("ema_beta") && !hyper.at("ema_beta").is_null();
  if (averaged) {
    options["beta"] = text(hyper.at("ema_beta"));
    options["ema"] = updates[0].contains("alpha_dynamic") ? "dynamic" : "fed_back";
  }
  const auto mixer = make_mixer("dga", options);
  mixer->init(equal_domains(rounds.front().size()), none);
  if (inputs.contains("alpha0"))
    mixer->load({{"alpha", inputs.at("alpha0")}, {"average", inputs.at("alpha0")}});
  ASSERT_EQ(updates.size(), rounds.size());
  for (size_t k = 0; k < rounds.size(); ++k) {
    expect_keys(updates[k], {"a", "alpha_dynamic", "alpha_sampling"});
    Answers answers;
    answers.answers = {to_json(probe_of(rounds[k], {targets[k]}))};
    const Decision d = mixer->on_round(round_to_go_on(), answers);
    expect_near(d.record.at("alignment").get<Doubles>(), updates[k].at("a").get<Doubles>(), tolerance, "a");
    const auto want = updates[k].at("alpha_sampling").get<Doubles>();
    if (guard) {  // the values of the wrong sign: ours must be told apart
      double most = 0;
      for (size_t i = 0; i < want.size(); ++i)
        most = std::max(most, std::abs(d.sampling.value()[i] - want[i]));
      EXPECT_GT(most, 1e-3);
      continue;
    }
    expect_near(d.sampling.value(), want, tolerance, "alpha_sampling");
    if (updates[k].contains("alpha_dynamic"))
      expect_near(d.record.at("alpha").get<Doubles>(), updates[k].at("alpha_dynamic").get<Doubles>(),
                  tolerance, "alpha_dynamic");
  }
}

void check_grape(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected"), &hyper = one.at("hyper");
  expect_keys(hyper, {"mu_train", "mu_tgt", "task_smoothing", "log_loss_gradient"});
  expect_keys(expected, {"task_scores", "task_w", "target_gradient", "domain_scores", "domain_w"});
  ASSERT_TRUE(hyper.at("log_loss_gradient").get<bool>());
  const auto mixer = make_mixer("grape", {{"mu_train", text(hyper.at("mu_train"))},
                                          {"mu_tgt", text(hyper.at("mu_tgt"))},
                                          {"smoothing", text(hyper.at("task_smoothing"))},
                                          {"clip", "0"}});
  const auto sources = inputs.at("g_train").get<std::vector<Doubles>>();
  const auto targets = inputs.at("g_target").get<std::vector<Doubles>>();
  Domains domains = equal_domains(sources.size());
  for (size_t i = targets.size(); i < sources.size(); ++i)
    domains.valid_examples[i] = 0;  // as many tasks as given
  Services none;
  mixer->init(domains, none);
  mixer->load({{"alpha", inputs.at("domain_w")}, {"task_weight", inputs.at("task_w")}});
  GradientProbe probe = probe_of(sources, targets);
  const auto loss = inputs.at("L_target").get<Doubles>();
  std::copy(loss.begin(), loss.end(), probe.loss.begin() + static_cast<std::ptrdiff_t>(sources.size()));
  Answers answers;
  answers.answers = {to_json(probe)};
  const Decision d = mixer->on_round(round_to_go_on(), answers);
  const auto z = d.record.at("task_weight").get<Doubles>();
  expect_near(d.record.at("task_score").get<Doubles>(), expected.at("task_scores").get<Doubles>(), tolerance,
              "task_scores");
  expect_near(z, expected.at("task_w").get<Doubles>(), tolerance, "task_w");
  Doubles gradient(targets.front().size());
  for (size_t n = 0; n < targets.size(); ++n)
    for (size_t c = 0; c < gradient.size(); ++c) gradient[c] += z[n] * targets[n][c] / loss[n];
  expect_near(gradient, expected.at("target_gradient").get<Doubles>(), tolerance, "target_gradient");
  expect_near(d.record.at("score").get<Doubles>(), expected.at("domain_scores").get<Doubles>(), tolerance,
              "domain_scores");
  expect_near(d.sampling.value(), expected.at("domain_w").get<Doubles>(), tolerance, "domain_w");
}

TEST(Golden, Dga) {
  check_file("dga.json", check_dga);
}
TEST(Golden, Grape) {
  check_file("grape.json", check_grape);
}

}  // namespace
}  // namespace rnb
