// What every registered method must do, by the traits it declares; no code here knows a method by name.

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "methods/registry.h"
#include "methods/replay.h"

namespace rnb {
namespace {

class NoServices : public Services {};
NoServices services;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A method under test with the options that make it run on m domains.
std::unique_ptr<Mixer> fresh(const MethodSpec& spec, size_t m) {
  std::map<std::string, std::string> options;
  for (const MethodOption& option : spec.options)
    if (option.name == "weights") {  // weights in domain order have no default
      for (size_t i = 0; i < m; ++i) options["weights"] += (i ? "," : "") + std::to_string(i + 1);
    }
  return make_mixer(spec.name, options);
}

Domains domains_of(size_t m) {
  Domains d;
  double total = 0;
  for (size_t i = 0; i < m; ++i) {
    d.names.push_back("domain" + std::to_string(i));
    d.train_examples.push_back(static_cast<int64_t>(100 * (i + 1)));
    d.train_tokens.push_back(static_cast<int64_t>(1700 * (i + 2)));
    d.valid_examples.push_back(static_cast<int64_t>(10 + 3 * i));
    d.evaluation.push_back(static_cast<double>(10 + 3 * i));
    total += d.evaluation.back();
  }
  for (double& p : d.evaluation) p /= total;
  d.total_steps = 40;
  return d;
}

// A round's Gram matrix of random gradients in 6 dimensions.
GradientGram random_gram(size_t m, uint64_t step) {
  Rng rng(5, "gram", step);
  std::vector<std::vector<double>> g(m, std::vector<double>(6));
  GradientGram out;
  out.m = m;
  for (auto& row : g)
    for (double& v : row) v = rng.normal();
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < m; ++j)
      out.dot.push_back(std::inner_product(g[i].begin(), g[i].end(), g[j].begin(), 0.0));
    out.count.push_back(static_cast<double>(3 + rng.below(5)));
    out.squared_norms.push_back(out.dot[i * m + i] * 0.5);
    out.squared_counts.push_back(out.count.back() * out.count.back() * 0.4);
  }
  return out;
}

struct Signal {
  GradientGram gram;
  std::vector<double> loss;
  std::vector<int64_t> tokens;
};

Signal random_signal(size_t m, uint64_t step) {
  Rng rng(6, "loss", step);
  Signal s{random_gram(m, step), {}, {}};
  for (size_t i = 0; i < m; ++i) {
    s.loss.push_back(2 + rng.uniform());
    s.tokens.push_back(static_cast<int64_t>(20 + rng.below(50)));
  }
  return s;
}

// Shows a mixer everything that can be shown in one step and follows its decisions.
std::vector<Warning> show(Mixer& mixer, const Signal& s, int64_t step, Weights& p) {
  std::vector<Warning> warnings;
  const auto follow = [&](const Decision& d) {
    if (d.sampling) {
      check_weights(*d.sampling, p.size(), "method");
      p = *d.sampling;
    }
    warnings.insert(warnings.end(), d.warnings.begin(), d.warnings.end());
  };
  const Weights used = p;
  follow(mixer.on_step({step, 1e-3, s.loss, s.tokens}, services));
  follow(mixer.on_eval({step, s.loss, s.tokens}, services));
  follow(mixer.on_round({step, step, used, &s.gram}, services));
  return warnings;
}

class EveryMethod : public testing::TestWithParam<std::string> {
 protected:
  const MethodSpec& spec() const { return method_spec(GetParam()); }
};

TEST_P(EveryMethod, KeepsItsWeightsOnTheSimplex) {
  for (const size_t m : {size_t{1}, size_t{2}, size_t{7}, size_t{100}}) {
    const auto mixer = fresh(spec(), m);
    Weights p = *mixer->init(domains_of(m), services).sampling;
    check_weights(p, m, "init");
    for (int64_t step = 1; step <= 5; ++step)
      show(*mixer, random_signal(m, static_cast<uint64_t>(step)), step, p);
  }
}

TEST_P(EveryMethod, PermutingTheDomainsPermutesTheWeights) {
  if (!spec().traits.not_permutation_equivariant.empty())
    GTEST_SKIP() << spec().traits.not_permutation_equivariant;
  const std::vector<size_t> order{3, 0, 4, 2, 1};
  const size_t m = order.size();
  const auto permuted = [&](const auto& v) {
    auto out = v;
    for (size_t i = 0; i < m; ++i) out[i] = v[order[i]];
    return out;
  };
  const Domains d = domains_of(m);
  const Domains e{permuted(d.names),          permuted(d.train_examples), permuted(d.train_tokens),
                  permuted(d.valid_examples), permuted(d.evaluation),     d.total_steps};
  const auto a = fresh(spec(), m), b = fresh(spec(), m);
  Weights p = *a->init(d, services).sampling, q = *b->init(e, services).sampling;
  for (int64_t step = 1; step <= 3; ++step) {
    const Signal s = random_signal(m, static_cast<uint64_t>(step));
    Signal t{s.gram, permuted(s.loss), permuted(s.tokens)};
    t.gram.count = permuted(s.gram.count);
    t.gram.squared_norms = permuted(s.gram.squared_norms);
    t.gram.squared_counts = permuted(s.gram.squared_counts);
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < m; ++j) t.gram.dot[i * m + j] = s.gram.dot[order[i] * m + order[j]];
    show(*a, s, step, p);
    show(*b, t, step, q);
    for (size_t i = 0; i < m; ++i) EXPECT_NEAR(q[i], p[order[i]], 1e-12);
  }
}

TEST_P(EveryMethod, ZeroSignalLeavesUniformWeightsUniform) {
  if (!spec().traits.not_uniform_on_zero_signal.empty())
    GTEST_SKIP() << spec().traits.not_uniform_on_zero_signal;
  const size_t m = 4;
  Domains d = domains_of(m);
  d.evaluation.assign(m, 0.25);
  const auto mixer = fresh(spec(), m);
  Weights p = *mixer->init(d, services).sampling;
  Signal zero = random_signal(m, 1);
  for (auto* v : {&zero.gram.dot, &zero.gram.squared_norms}) v->assign(v->size(), 0.0);
  zero.loss.assign(m, 0.0);
  show(*mixer, zero, 1, p);
  for (const double w : p) EXPECT_NEAR(w, 0.25, 1e-12);
}

TEST_P(EveryMethod, GoesOnAfterSaveAndLoadBitForBit) {
  const size_t m = 6;
  const auto whole = fresh(spec(), m), first = fresh(spec(), m), second = fresh(spec(), m);
  Weights p = *whole->init(domains_of(m), services).sampling,
          q = *first->init(domains_of(m), services).sampling;
  second->init(domains_of(m), services);
  for (int64_t step = 1; step <= 3; ++step) {
    show(*whole, random_signal(m, static_cast<uint64_t>(step)), step, p);
    show(*first, random_signal(m, static_cast<uint64_t>(step)), step, q);
  }
  second->load(nlohmann::json::parse(first->save().dump()));
  for (int64_t step = 4; step <= 6; ++step) {
    show(*whole, random_signal(m, static_cast<uint64_t>(step)), step, p);
    show(*second, random_signal(m, static_cast<uint64_t>(step)), step, q);
    EXPECT_EQ(p, q);
  }
}

TEST_P(EveryMethod, GivesNothingToDomainsWithoutTrainingExamples) {
  if (!spec().traits.not_permutation_equivariant.empty())
    GTEST_SKIP() << spec().traits.not_permutation_equivariant;
  Domains d = domains_of(4);
  d.train_examples[2] = d.train_tokens[2] = 0;
  const auto mixer = fresh(spec(), 4);
  Weights p = *mixer->init(d, services).sampling;
  EXPECT_EQ(p[2], 0.0);
  Signal s = random_signal(4, 1);
  for (size_t i = 0; i < 4; ++i) s.gram.dot[2 * 4 + i] = s.gram.dot[i * 4 + 2] = 0;
  s.gram.count[2] = s.gram.squared_counts[2] = s.gram.squared_norms[2] = 0;
  s.loss[2] = kNaN;
  s.tokens[2] = 0;
  show(*mixer, s, 1, p);
  EXPECT_EQ(p[2], 0.0);
}

TEST_P(EveryMethod, StandsADomainThatARoundOrTheEvaluationLacks) {
  Domains d = domains_of(3);
  d.evaluation = {0.5, 0.5, 0.0};
  d.valid_examples[2] = 0;
  const auto mixer = fresh(spec(), 3);
  Weights p = *mixer->init(d, services).sampling;
  Signal s = random_signal(3, 1);
  for (size_t i = 0; i < 3; ++i) s.gram.dot[3 + i] = s.gram.dot[i * 3 + 1] = 0;
  s.gram.count[1] = s.gram.squared_counts[1] = s.gram.squared_norms[1] = 0;
  s.loss[1] = kNaN;
  s.tokens[1] = 0;
  show(*mixer, s, 1, p);
  EXPECT_TRUE(std::isfinite(p[1]));
}

TEST_P(EveryMethod, RefusesSignalsThatAreNotFiniteAndKeepsTheLastGoodWeights) {
  const auto mixer = fresh(spec(), 3);
  Weights p = *mixer->init(domains_of(3), services).sampling;
  show(*mixer, random_signal(3, 1), 1, p);
  const Weights good = p;
  for (const double bad : {kNaN, std::numeric_limits<double>::infinity()}) {
    Signal s = random_signal(3, 2);
    s.gram.dot.assign(9, bad);
    s.loss.assign(3, bad);
    const auto warnings = show(*mixer, s, 2, p);
    EXPECT_EQ(p, good);
    const Needs needs = mixer->needs();
    EXPECT_EQ(warnings.empty(), !needs.gradient_gram && needs.eval_every == 0 && !needs.batch_losses);
  }
}

TEST_P(EveryMethod, ReplaysItsOwnDecisionsBitForBit) {
  if (!spec().traits.not_permutation_equivariant.empty())
    GTEST_SKIP() << spec().traits.not_permutation_equivariant;
  const auto mixer = fresh(spec(), 5);
  const Domains d = domains_of(5);
  std::vector<Decision> direct{mixer->init(d, services)};
  std::vector<nlohmann::json> signals{{{"call", "init"}, {"step", 0}, {"data", signal_to_json(d)}}};
  const Weights p(5, 0.2);
  for (int64_t step = 1; step <= 4; ++step) {
    const Signal s = random_signal(5, static_cast<uint64_t>(step));
    const RoundView view{step, step, p, &s.gram};
    direct.push_back(mixer->on_round(view, services));
    signals.push_back(nlohmann::json::parse(
        nlohmann::json{{"call", "on_round"}, {"step", step}, {"data", signal_to_json(view)}}.dump()));
  }
  const auto again = replay(spec().name, {}, signals);
  ASSERT_EQ(again.size(), direct.size());
  for (size_t i = 0; i < direct.size(); ++i) EXPECT_EQ(again[i].sampling, direct[i].sampling);
}

std::vector<std::string> all_methods() {
  std::vector<std::string> names;
  for (const MethodSpec& spec : method_specs()) names.push_back(spec.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, EveryMethod, testing::ValuesIn(all_methods()),
                         [](const auto& p) { return p.param; });

}  // namespace
}  // namespace rnb
