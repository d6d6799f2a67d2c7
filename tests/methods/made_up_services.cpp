#include "tests/methods/made_up_services.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>

#include "methods/core/json_numbers.h"
#include "methods/math/simplex.h"

namespace rnb {

nlohmann::json MadeUpServices::request(const nlohmann::json& call) {
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

double MadeUpServices::helps(size_t i, size_t j) const {
  auto random = stream(100 * s_.identity[i] + s_.identity[j] + 7, 0);
  const double u = std::uniform_real_distribution<double>()(random);
  return i == j ? 0.7 + 0.3 * u : 0.3 * u;
}

DomainLosses MadeUpServices::losses(const Weights& p, double steps, Signal signal) const {
  DomainLosses out{{}, s_.domains.valid_examples};
  for (size_t i = 0; i < m(); ++i) {
    auto random = stream(s_.identity[i] + 2000, step);
    double gain = 0;
    for (size_t j = 0; j < m(); ++j)
      if (s_.domains.train_examples[j] > 0) gain += helps(i, j) * p[j];
    const double loss =
        2 + std::uniform_real_distribution<double>()(random) + std::exp(-gain * (1 - std::exp(-steps / 10)));
    out.loss.push_back(s_.domains.valid_examples[i] > 0 ? spoilt(loss, signal)
                                                        : std::numeric_limits<double>::quiet_NaN());
  }
  return out;
}

std::vector<double> MadeUpServices::direction(size_t i, int64_t shift, Signal signal) const {
  auto random = stream(s_.identity[i], step + shift);
  std::normal_distribution<double> normal(0.1 * s_.identity[i], 1.0);
  std::vector<double> g(kGradientWidth);
  for (double& x : g) x = spoilt(normal(random), signal);
  return g;
}

std::vector<double> MadeUpServices::gradient(const Weights& mixture, const std::vector<int64_t>& available,
                                             int64_t shift, Signal signal) const {
  std::vector<double> sum(kGradientWidth);
  for (size_t i = 0; i < m(); ++i)
    if (mixture[i] > 0 && available[i] > 0) {
      const auto d = direction(i, shift, signal);
      for (size_t c = 0; c < kGradientWidth; ++c) sum[c] += mixture[i] * d[c];
    }
  return sum;
}

GradientProbe MadeUpServices::gradients(const nlohmann::json& call, Signal signal) const {
  std::vector<std::vector<double>> g;
  GradientProbe out;
  if (call.at("sources").empty())
    for (size_t i = 0; i < m(); ++i) {
      Weights one(m());
      one[i] = 1;
      g.push_back(gradient(one, s_.domains.train_examples, 5000, signal));
    }
  for (const auto& mixture : call.at("sources"))
    g.push_back(gradient(doubles(mixture), s_.domains.train_examples, 5000, signal));
  out.sources = g.size();
  for (const auto& mixture : call.at("targets"))
    g.push_back(gradient(doubles(mixture), s_.domains.valid_examples, 6000, signal));
  out.targets = g.size() - out.sources;
  for (size_t a = 0; a < g.size(); ++a) {
    for (const auto& b : g) out.gram.push_back(std::inner_product(g[a].begin(), g[a].end(), b.begin(), 0.0));
    const double length = std::sqrt(std::inner_product(g[a].begin(), g[a].end(), g[a].begin(), 0.0));
    out.loss.push_back(signal == Signal::Normal ? 2 + length / 10 : spoilt(2, signal));
  }
  return out;
}

nlohmann::json MadeUpServices::proxy(const nlohmann::json& call, Signal signal) const {
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

nlohmann::json MadeUpServices::embeddings(Signal signal) const {
  std::vector<double> mean;
  for (size_t i = 0; i < m(); ++i)
    for (const double x : direction(i, 7000, signal))
      mean.push_back(s_.domains.train_examples[i] > 0 ? x : std::numeric_limits<double>::quiet_NaN());
  return {{"width", kGradientWidth}, {"mean", exact(mean)}};
}

nlohmann::json MadeUpServices::log_probs(const std::string& run, Signal signal) const {
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

}  // namespace rnb
