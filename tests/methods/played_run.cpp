#include "tests/methods/played_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "methods/core/replay.h"
#include "tests/methods/made_up_services.h"

namespace rnb {
namespace {

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
    std::vector<double> g(kGradientWidth);
    for (double& x : g) x = absent ? 0.0 : spoilt(static_cast<double>(n) * normal(random), s.signal(step));
    out.gradients.push_back(g);
    out.counts.push_back(static_cast<double>(n));
    out.tokens.push_back(n);
    const double loss = spoilt(2 + std::abs(normal(random)), s.signal(step));
    out.loss.push_back(absent ? std::numeric_limits<double>::quiet_NaN() : loss);
  }
  return out;
}

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
      g.emplace_back(kGradientWidth, 0.0);
      for (size_t i = 0; i < m; ++i)
        for (size_t c = 0; c < kGradientWidth; ++c)
          g.back()[c] += s_.domains.evaluation[i] * now.gradients[i][c];
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

}  // namespace

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
