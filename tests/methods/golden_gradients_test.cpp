// Golden vectors of the methods that compare gradients, probe the model or train proxies.

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/math/mixing_law.h"
#include "methods/math/skills_graph.h"
#include "tests/methods/golden.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kDga("dga.json"), kGrape("grape.json"), kSkillIt("skillit.json"), kAioli("aioli.json"),
    kDoremi("doremi.json"), kDoge("doge.json");

std::string text(const json& number) {
  return number.dump();
}

void expect_keys(const json& object, const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items())
    EXPECT_NE(std::find(known.begin(), known.end(), key), known.end()) << "nobody handles key " << key;
}

void expect_matrix(const Matrix& found, const json& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i)
    expect_near(found[i], expected[i].get<Doubles>(), tolerance, what + " row " + std::to_string(i));
}

const RoundView kRound = [] {
  RoundView round;
  round.steps_left = 100;
  return round;
}();

double dot(const Doubles& a, const Doubles& b) {
  double sum = 0;
  for (size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

GradientProbe probe_of(const std::vector<Doubles>& sources, const std::vector<Doubles>& targets) {
  std::vector<Doubles> all = sources;
  all.insert(all.end(), targets.begin(), targets.end());
  GradientProbe out{sources.size(), targets.size(), {}, Doubles(all.size(), 1.0)};
  for (const auto& a : all)
    for (const auto& b : all) out.gram.push_back(dot(a, b));
  return out;
}

// Gives prepared answers, in their order.
class Answers : public Services {
 public:
  std::vector<json> answers;
  json request(const json& call) override {
    calls.push_back(call);
    return answers.at(calls.size() - 1);
  }
  std::vector<json> calls;
};

json losses_json(const Doubles& loss) {
  return to_json(DomainLosses{loss, std::vector<int64_t>(loss.size(), 10)});
}

void check_dga(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected"), &hyper = one.at("hyper");
  expect_keys(hyper, {"eta", "ema_beta", "sign"});
  std::map<std::string, std::string> options{{"eta", text(hyper.at("eta"))}, {"clip", "0"}, {"ema", "off"}};
  Services none;
  if (inputs.contains("basis")) {
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
    const Decision d = mixer->on_round(kRound, answers);
    EXPECT_EQ(answers.calls.front().at("sources"), inputs.at("basis"));
    expect_near(d.record.at("alpha").get<Doubles>(), expected.at("w").get<Doubles>(), tolerance, "w");
    expect_near(d.sampling.value(), expected.at("domain_mixture").get<Doubles>(), tolerance,
                "domain_mixture");
    std::filesystem::remove(file);
    return;
  }
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
    const Decision d = mixer->on_round(kRound, answers);
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
  const Decision d = mixer->on_round(kRound, answers);
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

void check_skillit(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  const json hyper = one.value("hyper", json::object());
  expect_keys(hyper, {"eta", "window", "reduce"});
  if (inputs.contains("L_before") || inputs.contains("L_only_j")) {
    for (const auto& [key, value] : expected.items()) {
      const std::string recipe = key == "A" ? "pairwise" : key == "A_raw" ? "single_raw" : "single";
      EXPECT_TRUE(key == "A" || key == "A_raw" || key == "A_clipped_at_0") << key;
      Answers answers;
      if (recipe == "pairwise") {
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
    return;
  }
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
    const Decision d = mixer->on_round(kRound, answers);
    const auto want = expected.at("p_after_n_evals").find(std::to_string(++n));
    if (want != expected.at("p_after_n_evals").end())
      expect_near(d.sampling.value(), want->get<Doubles>(), tolerance, "p after " + std::to_string(n));
  }
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
  // The mixer itself, whose probes on one domain each (f = 1, one sweep) drop the losses by the columns of A.
  expect_keys(expected, {"p", "A_ema_round2"});
  const auto rounds = inputs.at("A_normalized").get<std::vector<Matrix>>();
  const size_t m = rounds.front().size();
  std::map<std::string, std::string> options{
      {"eta", text(hyper.at("eta"))}, {"one_hot_factor", "1"}, {"lp_steps", "1"}};
  if (!hyper.at("ema").is_null()) options["ema"] = text(hyper.at("ema"));
  const auto mixer = make_mixer("aioli", options);
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
  } services;
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

void check_doremi(const json& one, double tolerance) {
  const json &inputs = one.at("inputs"), &expected = one.at("expected");
  if (inputs.contains(
          "batch")) {  // the two normalisers of the loss, with the weights that the mixer gives for them
    expect_keys(expected, {"official_code_loss", "paper_loss"});
    const Excess e(inputs.at("batch"));
    const auto alpha = inputs.at("alpha").get<Doubles>();
    for (const std::string variant : {"paper", "code"}) {
      const auto mixer =
          started("doremi_proxy",
                  {{"reference", "r"}, {"variant", variant}, {"eta", "0"}, {"smoothing", "0"}}, alpha.size());
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
    return;
  }
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
    if (t == 0 && expected.contains("proxy_update_direction_step1")) {
      const double limit = mixer->needs().domain_gradient_clip;
      Doubles direction(g.front().size());
      for (size_t i = 0; i < g.size(); ++i) {
        const double norm = std::sqrt(dot(g[i], g[i]));
        for (size_t c = 0; c < direction.size(); ++c)
          direction[c] += alpha[i] * g[i][c] * (norm > limit ? limit / norm : 1.0);
      }
      expect_near(direction, expected.at("proxy_update_direction_step1").get<Doubles>(), tolerance,
                  "direction");
    }
  }
  if (expected.contains("alpha_avg"))
    expect_near(mixer->finish().value(), expected.at("alpha_avg").get<Doubles>(), tolerance, "alpha_avg");
}

TEST(Golden, Dga) {
  check_file("dga.json", check_dga);
}
TEST(Golden, Grape) {
  check_file("grape.json", check_grape);
}
TEST(Golden, SkillIt) {
  check_file("skillit.json", check_skillit);
}
TEST(Golden, Aioli) {
  check_file("aioli.json", check_aioli);
}
TEST(Golden, Doremi) {
  check_file("doremi.json", check_doremi);
}
TEST(Golden, Doge) {
  check_file("doge.json", check_doge);
}

}  // namespace
}  // namespace rnb
