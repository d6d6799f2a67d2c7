#include "played_run.h"

#include <cmath>
#include <limits>
#include <random>

#include "methods/replay.h"

namespace rnb {
namespace {

class NoServices : public Services {};

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

class Player {
 public:
  Player(const std::string& method, const std::map<std::string, std::string>& options, const Scenario& s)
      : method_(method), options_(options), s_(s), mixer_(make_mixer(method, options)) {}

  Played run() {
    take(mixer_->init(s_.domains, services_), "init", 0, signal_to_json(s_.domains));
    played_.weights.push_back(p_);
    std::vector<std::vector<std::vector<double>>> gradients;
    std::vector<std::vector<double>> counts;
    for (int64_t step = 1; step <= s_.domains.total_steps; ++step) {
      const Step now = made_up_step(s_, step);
      gradients.push_back(now.gradients);
      counts.push_back(now.counts);
      const Needs needs = mixer_->needs();
      const StepView view{step, 0.01, now.loss, now.tokens};
      take(mixer_->on_step(view, services_), "on_step", step, signal_to_json(view));
      if (needs.eval_every > 0 && step % needs.eval_every == 0) evaluate(step);
      if (needs.round_steps > 0 && step % needs.round_steps == 0) {
        const GradientGram gram = gram_of(gradients, counts);
        const Weights used = p_;
        const RoundView round{step, step / needs.round_steps, used, needs.gradient_gram ? &gram : nullptr};
        take(mixer_->on_round(round, services_), "on_round", step, signal_to_json(round));
        gradients.clear();
        counts.clear();
      }
      played_.weights.push_back(p_);
      if (s_.cut_after(step)) restart();
    }
    return played_;
  }

 private:
  void take(const Decision& d, const char* call, int64_t step, nlohmann::json data) {
    if (d.sampling) {
      check_weights(*d.sampling, s_.domains.size(), method_);
      p_ = *d.sampling;
    }
    for (const Warning& w : d.warnings) played_.warnings.push_back(w.code);
    played_.decisions.push_back(d);
    played_.signals.push_back({{"call", call}, {"step", step}, {"data", std::move(data)}});
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
    mixer_->init(s_.domains, services_);
    mixer_->load(nlohmann::json::parse(saved));
  }

  std::string method_;
  std::map<std::string, std::string> options_;
  Scenario s_;
  std::unique_ptr<Mixer> mixer_;
  NoServices services_;
  Weights p_;
  Played played_;
};

template <typename T>
std::vector<T> reordered(const std::vector<T>& v, const std::vector<size_t>& order) {
  std::vector<T> out;
  for (const size_t k : order) out.push_back(v[k]);
  return out;
}

}  // namespace

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

std::map<std::string, std::string> options_for(const MethodSpec& spec, const Domains& domains) {
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
