// Golden vectors of the methods that probe the model with training steps.

#include <algorithm>

#include <gtest/gtest.h>

#include "methods/core/registry.h"
#include "methods/core/skills_graph.h"
#include "methods/math/mixing_law.h"
#include "tests/methods/golden.h"
#include "tests/methods/golden_answers.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kSkillIt("skillit.json"), kAioli("aioli.json");

// A graph that the mixer learns to be the given one: losses of 1 before, 1 - A_ij after training on i.
std::vector<json> answers_for_graph(const Matrix& a) {
  std::vector<json> out{losses_json(Doubles(a.front().size(), 1.0))};
  for (const auto& row : a) {
    Doubles after;
    for (const double x : row) after.push_back(1 - x);
    out.push_back(losses_json(after));
  }
  return out;
}

void check_graph(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  for (const auto& [key, value] : expected.items()) {
    const GraphRecipe recipe = key == "A"       ? GraphRecipe::Pairwise
                               : key == "A_raw" ? GraphRecipe::SingleRaw
                                                : GraphRecipe::Single;
    EXPECT_TRUE(key == "A" || key == "A_raw" || key == "A_clipped_at_0") << key;
    Answers answers;
    if (recipe == GraphRecipe::Pairwise) {
      const auto only = inputs.at("L_only_j").get<Doubles>();
      const auto pair = inputs.at("L_pair_ij").get<Matrix>();
      const size_t m = only.size();
      answers.answers = std::vector<json>(m + 1, losses_json(only));
      for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < i; ++j) {
          Doubles loss(m);
          loss[j] = pair[i][j];
          loss[i] = pair[j][i];
          answers.answers.push_back(losses_json(loss));
        }
    } else {
      answers.answers = {losses_json(inputs.at("L_before").get<Doubles>())};
      for (const auto& row : inputs.at("L_after_training_on_i"))
        answers.answers.push_back(losses_json(row.get<Doubles>()));
    }
    expect_matrix(skills_graph(recipe, std::vector<bool>(value.size(), true), 5, answers), value, tolerance,
                  key);
    EXPECT_EQ(answers.calls.size(), answers.answers.size());
  }
}

void check_skillit(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  const json hyper = one.value("hyper", json::object());
  expect_keys(hyper, {"eta", "window", "reduce"});
  if (inputs.contains("L_before") || inputs.contains("L_only_j")) return check_graph(one, tolerance);
  const bool masked = inputs.contains("A_target_columns");
  auto a = inputs.at(masked ? "A_target_columns" : "A").get<Matrix>();
  const size_t m = a.size(), columns = a.front().size();
  std::map<std::string, std::string> options{{"eta", text(hyper.at("eta"))}, {"graph", "single_raw"}};
  if (hyper.contains("window")) options["window"] = text(hyper.at("window"));
  if (hyper.contains("reduce")) options["reduce"] = hyper.at("reduce").get<std::string>();
  Domains domains = equal_domains(m);
  if (masked) {  // the targets come first, the other columns do not count
    std::string names;
    for (size_t j = 0; j < columns; ++j) names += (j ? "," : "") + domains.names[j];
    options["targets"] = names;
    for (auto& row : a) row.resize(m, 0.25);
  }
  const auto mixer = make_mixer("skillit", options);
  Answers answers;
  answers.answers = answers_for_graph(a);
  const Decision first = mixer->init(domains, answers);
  if (expected.contains("p")) {
    expect_keys(expected, {"p"});
    expect_near(first.sampling.value(), expected.at("p").get<Doubles>(), tolerance, "p");
    return;
  }
  expect_keys(expected, {"p_after_n_evals"});
  size_t n = 0;
  for (auto loss : inputs.at("evaluations").get<Matrix>()) {
    loss.resize(m, 7.0);
    mixer->on_eval({1, loss, domains.valid_examples}, answers);
    const Decision d = mixer->on_round(round_to_go_on(), answers);
    const auto want = expected.at("p_after_n_evals").find(std::to_string(++n));
    if (want != expected.at("p_after_n_evals").end())
      expect_near(d.sampling.value(), want->get<Doubles>(), tolerance, "p after " + std::to_string(n));
  }
}

// A probe on domain j lowers the losses by column j of A.
class Drops : public Services {
 public:
  Matrix a;
  Doubles loss;
  json request(const json& call) override {
    if (call.at("service") == "train_probe") {
      const auto p = call.at("p").get<Doubles>();
      const auto j = static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin());
      for (size_t i = 0; i < loss.size(); ++i) loss[i] -= a[i][j];
    }
    return losses_json(loss);
  }
};

// The mixer itself, whose probes on one domain each (f = 1, one sweep) drop the losses by the columns of A.
void check_aioli_rounds(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected"), &hyper = one.at("hyper");
  expect_keys(expected, {"p", "A_ema_round2"});
  const auto rounds = inputs.at("A_normalized").get<std::vector<Matrix>>();
  const size_t m = rounds.front().size();
  std::map<std::string, std::string> options{
      {"eta", text(hyper.at("eta"))}, {"one_hot_factor", "1"}, {"lp_steps", "1"}};
  if (!hyper.at("ema").is_null()) options["ema"] = text(hyper.at("ema"));
  const auto mixer = make_mixer("aioli", options);
  Drops services;
  services.loss = Doubles(m, 5.0);
  for (size_t k = 0; k < rounds.size(); ++k) {
    services.a = rounds[k];
    RoundView round;
    round.round = static_cast<int64_t>(k);
    round.steps_left = 500;
    const Decision d = k == 0 ? mixer->init(equal_domains(m), services) : mixer->on_round(round, services);
    expect_near(d.sampling.value(), expected.at("p")[k].get<Doubles>(), tolerance,
                "p of round " + std::to_string(k));
  }
  if (expected.contains("A_ema_round2"))
    expect_matrix(mixer->save().at("average").get<Matrix>(), expected.at("A_ema_round2"), tolerance,
                  "A_ema_round2");
}

void check_aioli(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  const json hyper = one.value("hyper", json::object());
  expect_keys(hyper, {"one_hot_factor", "lp_rounds", "eta", "ema"});
  if (inputs.contains("order")) {
    expect_keys(expected, {"W", "B", "A", "A_normalized"});
    const auto before = inputs.at("loss_before").get<Doubles>();
    const Matrix w = probe_mixtures(before.size(), hyper.at("one_hot_factor").get<double>());
    const Matrix b = loss_drops(inputs.at("order").get<std::vector<size_t>>(), before,
                                inputs.at("loss_after_each_segment").get<Matrix>(), before.size(),
                                hyper.at("lp_rounds").get<int64_t>());
    const Matrix a = solve_law(w, b);
    if (expected.contains("W")) expect_matrix(w, expected.at("W"), tolerance, "W");
    expect_matrix(b, expected.at("B"), tolerance, "B");
    expect_matrix(a, expected.at("A"), tolerance, "A");
    expect_matrix(normalised_law(a), expected.at("A_normalized"), tolerance, "A_normalized");
    return;
  }
  if (inputs.contains("A")) {
    expect_keys(expected, {"A_normalized"});
    expect_matrix(normalised_law(inputs.at("A").get<Matrix>()), expected.at("A_normalized"), tolerance,
                  "A_normalized");
    return;
  }
  check_aioli_rounds(one, tolerance);
}

TEST(Golden, SkillIt) {
  check_file("skillit.json", check_skillit);
}
TEST(Golden, Aioli) {
  check_file("aioli.json", check_aioli);
}

}  // namespace
}  // namespace rnb
