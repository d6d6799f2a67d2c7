#include "tests/methods/played_run.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "methods/core/json_numbers.h"
#include "methods/core/replay.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

constexpr int kWidth = 6;

std::mt19937 stream(int identity, int64_t step) {
  std::seed_seq seed{identity, static_cast<int>(step)};
  return std::mt19937(seed);
}

double spoilt(double value, Signal signal) {
  if (signal == Signal::NotANumber) return std::numeric_limits<double>::quiet_NaN();
  if (signal == Signal::Infinite) return std::numeric_limits<double>::infinity();
  return signal == Signal::Zero ? 0.0 : value;
}

// What one step tells about each domain.
struct Step {
  std::vector<std::vector<double>> gradients;  // [m][width] sums over tokens
  std::vector<double> counts, loss;            // [m]
  std::vector<int64_t> tokens;                 // [m]
};

Step made_up_step(const Scenario& s, int64_t step) {
  Step out;
  for (size_t i = 0; i < s.domains.size(); ++i) {
    auto random = stream(s.identity[i], step);
    std::normal_distribution<double> normal(0.3 * s.identity[i], 1.0);
    const bool absent = step > s.drawn_until[i] || s.domains.train_examples[i] == 0;
    const int64_t n = absent ? 0 : 1 + static_cast<int64_t>(random() % 9);
    std::vector<double> g(kWidth);
    for (double& x : g) x = absent ? 0.0 : spoilt(static_cast<double>(n) * normal(random), s.signal(step));
    out.gradients.push_back(g);
    out.counts.push_back(static_cast<double>(n));
    out.tokens.push_back(n);
    const double loss = spoilt(2 + std::abs(normal(random)), s.signal(step));
    out.loss.push_back(absent ? std::numeric_limits<double>::quiet_NaN() : loss);
  }
  return out;
}

// Answers a mixer's requests from made-up functions of the domains' identities, the mixture and the step: no
// state, so that a mixer that asks again is answered alike.
class MadeUpServices : public Services {
 public:
  explicit MadeUpServices(const Scenario& s) : s_(s) {}
  int64_t step = 0;
  int64_t requests = 0;

  nlohmann::json request(const nlohmann::json& call) override {
    ++requests;
    const auto service = call.at("service").get<std::string>();
    const Signal signal = s_.signal(step);
    if (service == "evaluate") return to_json(losses(uniform_weights(m()), 0, signal));
    if (service == "train_probe")
      return to_json(losses(doubles(call.at("p")), call.at("steps").get<double>(), signal));
    if (service == "gradient_probe") return to_json(gradients(call, signal));
    if (service == "train_proxy") return proxy(call, signal);
    if (service == "domain_embeddings") return embeddings(signal);
    if (service == "log_probs") return log_probs(call.at("run").get<std::string>(), signal);
    return Services::request(call);
  }

 private:
  size_t m() const { return s_.domains.size(); }

  // How much training on j helps i, in (0, 1); most where i = j.
  double helps(size_t i, size_t j) const {
    auto random = stream(100 * s_.identity[i] + s_.identity[j] + 7, 0);
    const double u = std::uniform_real_distribution<double>()(random);
    return i == j ? 0.7 + 0.3 * u : 0.3 * u;
  }

  DomainLosses losses(const Weights& p, double steps, Signal signal) const {
    DomainLosses out{{}, s_.domains.valid_examples};
    for (size_t i = 0; i < m(); ++i) {
      auto random = stream(s_.identity[i] + 2000, step);
      double gain = 0;
      for (size_t j = 0; j < m(); ++j)
        if (s_.domains.train_examples[j] > 0) gain += helps(i, j) * p[j];
      const double loss = 2 + std::uniform_real_distribution<double>()(random) +
                          std::exp(-gain * (1 - std::exp(-steps / 10)));
      out.loss.push_back(s_.domains.valid_examples[i] > 0 ? spoilt(loss, signal)
                                                          : std::numeric_limits<double>::quiet_NaN());
    }
    return out;
  }

  std::vector<double> direction(size_t i, int64_t shift, Signal signal) const {
    auto random = stream(s_.identity[i], step + shift);
    std::normal_distribution<double> normal(0.1 * s_.identity[i], 1.0);
    std::vector<double> g(kWidth);
    for (double& x : g) x = spoilt(normal(random), signal);
    return g;
  }

  GradientProbe gradients(const nlohmann::json& call, Signal signal) const {
    std::vector<std::vector<double>> g;
    const auto add = [&](const Weights& mixture, const std::vector<int64_t>& available, int64_t shift) {
      std::vector<double> sum(kWidth);
      for (size_t i = 0; i < m(); ++i)
        if (mixture[i] > 0 && available[i] > 0) {
          const auto d = direction(i, shift, signal);
          for (size_t c = 0; c < kWidth; ++c) sum[c] += mixture[i] * d[c];
        }
      g.push_back(sum);
    };
    GradientProbe out;
    if (call.at("sources").empty())
      for (size_t i = 0; i < m(); ++i) {
        Weights one(m());
        one[i] = 1;
        add(one, s_.domains.train_examples, 5000);
      }
    for (const auto& mixture : call.at("sources")) add(doubles(mixture), s_.domains.train_examples, 5000);
    out.sources = g.size();
    for (const auto& mixture : call.at("targets")) add(doubles(mixture), s_.domains.valid_examples, 6000);
    out.targets = g.size() - out.sources;
    for (size_t a = 0; a < g.size(); ++a) {
      for (const auto& b : g)
        out.gram.push_back(std::inner_product(g[a].begin(), g[a].end(), b.begin(), 0.0));
      const double length = std::sqrt(std::inner_product(g[a].begin(), g[a].end(), g[a].begin(), 0.0));
      out.loss.push_back(signal == Signal::Normal ? 2 + length / 10 : spoilt(2, signal));
    }
    return out;
  }

  // The mixture that a proxy was trained on; `run` carries it.
  nlohmann::json proxy(const nlohmann::json& call, Signal signal) const {
    Weights p(m());
    const auto& options = call.at("options");
    if (options.contains("weights")) {
      std::istringstream text(options.at("weights").get<std::string>());
      std::string word;
      for (size_t i = 0; i < m() && std::getline(text, word, ','); ++i) p[i] = std::stod(word);
      p = normalised(p);
    } else {
      p = uniform_weights(m());
    }
    std::vector<double> logits;
    for (size_t i = 0; i < m(); ++i)
      if (s_.domains.train_examples[i] > 0) logits.push_back(signal == Signal::Zero ? 0.0 : helps(i, i));
    const auto shares = softmax(logits);
    Weights finished(m());
    for (size_t i = 0, k = 0; i < m(); ++i)
      if (s_.domains.train_examples[i] > 0) finished[i] = shares[k++];
    return {{"run", nlohmann::json(p).dump()},
            {"losses", to_json(losses(p, 50, signal))},
            {"finished", exact(finished)},
            {"parameters", 1000.0},
            {"flops", 1e6}};
  }

  nlohmann::json embeddings(Signal signal) const {
    std::vector<double> mean;
    for (size_t i = 0; i < m(); ++i)
      for (const double x : direction(i, 7000, signal))
        mean.push_back(s_.domains.train_examples[i] > 0 ? x : std::numeric_limits<double>::quiet_NaN());
    return {{"width", kWidth}, {"mean", exact(mean)}};
  }

  nlohmann::json log_probs(const std::string& run, Signal signal) const {
    const auto p = nlohmann::json::parse(run).get<Weights>();
    std::vector<double> log_prob, weight;
    std::vector<int64_t> tokens;
    for (size_t i = 0; i < m(); ++i) {
      if (s_.domains.valid_examples[i] == 0) continue;
      double gain = 0;
      for (size_t j = 0; j < m(); ++j) gain += helps(i, j) * p[j];
      for (int k = 0; k < 3; ++k) {
        tokens.push_back(4 + k);
        log_prob.push_back(spoilt(-(3 - gain) * (4 + k), signal));
        weight.push_back(s_.domains.evaluation[i] / 3);
      }
    }
    return {{"log_prob", exact(log_prob)}, {"tokens", tokens}, {"weight", exact(weight)}};
  }

  const Scenario& s_;
};

// Writes every exchange down as a run's log does.
class LoggedServices : public Services {
 public:
  LoggedServices(Services& inner, std::vector<nlohmann::json>& log) : inner_(inner), log_(log) {}
  nlohmann::json request(const nlohmann::json& call) override {
    auto answer = inner_.request(call);
    log_.push_back({{"call", "service"}, {"step", 0}, {"data", {{"request", call}, {"answer", answer}}}});
    return answer;
  }

 private:
  Services& inner_;
  std::vector<nlohmann::json>& log_;
};

class Player {
 public:
  Player(const std::string& method, const std::map<std::string, std::string>& options, const Scenario& s)
      : method_(method),
        options_(options),
        s_(s),
        mixer_(make_mixer(method, options)),
        made_up_(s_),
        services_(made_up_, played_.signals) {}

  Played run() {
    take(mixer_->init(s_.domains, services_), "init", 0, signal_to_json(s_.domains));
    played_.weights.push_back(p_);
    const int64_t at_start = made_up_.requests;
    std::vector<std::vector<std::vector<double>>> gradients;
    std::vector<std::vector<double>> counts;
    for (int64_t step = 1; step <= s_.domains.total_steps; ++step) {
      const Step now = made_up_step(s_, step);
      made_up_.step = step;
      if (mixer_->needs().loss_weighting != LossWeighting::None) batch(now, step);
      gradients.push_back(now.gradients);
      counts.push_back(now.counts);
      const Needs needs = mixer_->needs();
      const StepView view{step, 0.01, now.loss, now.tokens, now.tokens};
      take(mixer_->on_step(view, services_), "on_step", step, signal_to_json(view));
      if (needs.eval_every > 0 && step % needs.eval_every == 0) evaluate(step);
      if (needs.round_steps > 0 && step % needs.round_steps == 0) {
        const GradientGram gram = gram_of(gradients, counts);
        const Weights used = p_;
        const RoundView round{step, step / needs.round_steps, used, needs.gradient_gram ? &gram : nullptr,
                              s_.domains.total_steps - step};
        take(mixer_->on_round(round, services_), "on_round", step, signal_to_json(round));
        gradients.clear();
        counts.clear();
      }
      played_.weights.push_back(p_);
      if (s_.cut_after(step)) restart();
    }
    const Needs needs = mixer_->needs();
    played_.listening = needs.gradient_gram || needs.eval_every > 0 || needs.batch_losses ||
                        needs.loss_weighting != LossWeighting::None || made_up_.requests > at_start;
    played_.requests = made_up_.requests;
    played_.finished = mixer_->finish();
    return played_;
  }

 private:
  void take(const Decision& d, const char* call, int64_t step, nlohmann::json data) {
    if (d.sampling) {
      check_weights(*d.sampling, s_.domains.size(), method_);
      p_ = *d.sampling;
    }
    if (d.loss_weights) {
      ASSERT_EQ(d.loss_weights->size(), s_.domains.size());
      for (const double w : *d.loss_weights) EXPECT_TRUE(std::isfinite(w) && w >= 0) << w;
    }
    for (const Warning& w : d.warnings) played_.warnings.push_back(w.code);
    played_.decisions.push_back(d);
    played_.signals.push_back({{"call", call}, {"step", step}, {"data", std::move(data)}});
  }

  void batch(const Step& now, int64_t step) {
    const size_t m = s_.domains.size();
    GradientProbe gradients;
    const Needs needs = mixer_->needs();
    std::vector<std::vector<double>> g = now.gradients;
    if (needs.target_examples > 0) {
      g.emplace_back(kWidth, 0.0);
      for (size_t i = 0; i < m; ++i)
        for (size_t c = 0; c < kWidth; ++c) g.back()[c] += s_.domains.evaluation[i] * now.gradients[i][c];
    }
    gradients.sources = m;
    gradients.targets = g.size() - m;
    for (const auto& a : g)
      for (const auto& b : g)
        gradients.gram.push_back(std::inner_product(a.begin(), a.end(), b.begin(), 0.0));
    gradients.loss = now.loss;
    gradients.loss.resize(g.size(), 2.0);
    std::vector<double> excess, clipped;
    for (const double loss : now.loss) {
      excess.push_back(loss - 2);
      clipped.push_back(std::isnan(loss) ? loss : std::max(loss - 2, 0.0));
    }
    const BatchView view{
        step, 0.01, now.loss, now.tokens, excess, clipped, needs.batch_gradients ? &gradients : nullptr};
    take(mixer_->on_batch(view, services_), "on_batch", step, signal_to_json(view));
  }

  void evaluate(int64_t step) {
    std::vector<double> loss;
    for (size_t i = 0; i < s_.domains.size(); ++i) {
      auto random = stream(s_.identity[i] + 1000, step);
      const double value = 2 + std::uniform_real_distribution<double>()(random);
      loss.push_back(s_.domains.valid_examples[i] > 0 ? spoilt(value, s_.signal(step))
                                                      : std::numeric_limits<double>::quiet_NaN());
    }
    const EvalView view{step, loss, s_.domains.valid_examples};
    take(mixer_->on_eval(view, services_), "on_eval", step, signal_to_json(view));
  }

  void restart() {
    const std::string saved = mixer_->save().dump();  // through text, as a checkpoint does
    mixer_ = make_mixer(method_, options_);
    const int64_t step = std::exchange(made_up_.step, 0);
    mixer_->init(s_.domains, made_up_);  // a resumed run answers this from its log
    made_up_.step = step;
    mixer_->load(nlohmann::json::parse(saved));
  }

  std::string method_;
  std::map<std::string, std::string> options_;
  Scenario s_;
  std::unique_ptr<Mixer> mixer_;
  Played played_;
  MadeUpServices made_up_;
  LoggedServices services_;
  Weights p_;
};

std::map<std::string, MakeOptions>& declared_examples() {
  static std::map<std::string, MakeOptions> examples;  // filled before main
  return examples;
}

template <typename T>
std::vector<T> reordered(const std::vector<T>& v, const std::vector<size_t>& order) {
  std::vector<T> out;
  for (const size_t k : order) out.push_back(v[k]);
  return out;
}

}  // namespace

Domains domains_of(const std::vector<int64_t>& train, const std::vector<int64_t>& valid, int64_t steps) {
  Domains d;
  for (size_t i = 0; i < train.size(); ++i) d.names.push_back("d" + std::to_string(i));
  d.train_examples = d.train_tokens = train;
  d.valid_examples = valid;
  d.evaluation = uniform_weights(train.size());
  d.total_steps = steps;
  return d;
}

Domains equal_domains(size_t m, int64_t steps) {
  const std::vector<int64_t> hundred(m, 100);
  return domains_of(hundred, hundred, steps);
}

Scenario ordinary_scenario(size_t m) {
  Scenario s;
  int64_t valid = 0;
  for (size_t i = 0; i < m; ++i) {
    const auto k = static_cast<int64_t>(i);
    s.domains.names.push_back("domain" + std::to_string(i));
    s.domains.train_examples.push_back(100 + 70 * k * k);
    s.domains.train_tokens.push_back(300 + 2900 * k);
    s.domains.valid_examples.push_back(5 + 3 * k);
    valid += 5 + 3 * k;
    s.identity.push_back(static_cast<int>(i));
  }
  for (const int64_t n : s.domains.valid_examples)
    s.domains.evaluation.push_back(static_cast<double>(n) / static_cast<double>(valid));
  s.domains.total_steps = 60;
  s.drawn_until.assign(m, s.domains.total_steps);
  s.signal = [](int64_t) { return Signal::Normal; };
  return s;
}

Scenario permuted(const Scenario& s, const std::vector<size_t>& order) {
  Scenario out = s;
  out.domains.names = reordered(s.domains.names, order);
  out.domains.train_examples = reordered(s.domains.train_examples, order);
  out.domains.train_tokens = reordered(s.domains.train_tokens, order);
  out.domains.valid_examples = reordered(s.domains.valid_examples, order);
  out.domains.evaluation = reordered(s.domains.evaluation, order);
  out.identity = reordered(s.identity, order);
  out.drawn_until = reordered(s.drawn_until, order);
  return out;
}

ExampleOptions::ExampleOptions(const std::string& method, MakeOptions make) {
  declared_examples()[method] = std::move(make);
}

std::map<std::string, std::string> options_for(const MethodSpec& spec, const Domains& domains) {
  const auto declared = declared_examples().find(spec.name);
  if (declared != declared_examples().end()) return declared->second(domains);
  return spec.example ? spec.example(domains) : std::map<std::string, std::string>{};
}

Played play(const std::string& method, const std::map<std::string, std::string>& options, const Scenario& s) {
  return Player(method, options, s).run();
}

GradientGram gram_of(const std::vector<std::vector<std::vector<double>>>& gradients,
                     const std::vector<std::vector<double>>& counts) {
  const size_t m = counts.at(0).size(), width = gradients.at(0).at(0).size();
  GradientGram out{m, std::vector<double>(m * m), std::vector<double>(m), std::vector<double>(m),
                   std::vector<double>(m)};
  std::vector<std::vector<double>> sum(m, std::vector<double>(width));
  for (size_t k = 0; k < counts.size(); ++k)
    for (size_t i = 0; i < m; ++i) {
      out.count[i] += counts[k][i];
      out.squared_counts[i] += counts[k][i] * counts[k][i];
      for (size_t c = 0; c < width; ++c) {
        sum[i][c] += gradients[k][i][c];
        out.squared_norms[i] += gradients[k][i][c] * gradients[k][i][c];
      }
    }
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < m; ++j)
      for (size_t c = 0; c < width; ++c) out.dot[i * m + j] += sum[i][c] * sum[j][c];
  return out;
}

}  // namespace rnb
