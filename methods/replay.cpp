#include "methods/replay.h"

#include <cmath>
#include <limits>

#include "base/error.h"
#include "methods/registry.h"

namespace rnb {
namespace {

nlohmann::json exact(std::span<const double> values) {
  nlohmann::json out = nlohmann::json::array();
  for (const double v : values) out.push_back(std::isnan(v) ? nlohmann::json() : nlohmann::json(v));
  return out;
}

std::vector<double> doubles(const nlohmann::json& array) {
  std::vector<double> out;
  for (const auto& v : array)
    out.push_back(v.is_null() ? std::numeric_limits<double>::quiet_NaN() : v.get<double>());
  return out;
}

class NoServices : public Services {};

void expect_size(const char* what, size_t found, size_t expected) {
  if (found != expected) fail("replay", "{} has {} entries; expected {}", what, found, expected);
}

Domains domains_from(const nlohmann::json& data) {
  Domains d;
  data.at("names").get_to(d.names);
  data.at("train_examples").get_to(d.train_examples);
  data.at("train_tokens").get_to(d.train_tokens);
  data.at("valid_examples").get_to(d.valid_examples);
  data.at("evaluation").get_to(d.evaluation);
  data.at("total_steps").get_to(d.total_steps);
  expect_size("train_examples", d.train_examples.size(), d.size());
  expect_size("train_tokens", d.train_tokens.size(), d.size());
  expect_size("valid_examples", d.valid_examples.size(), d.size());
  expect_size("evaluation", d.evaluation.size(), d.size());
  return d;
}

GradientGram gram_from(const nlohmann::json& g, size_t m) {
  GradientGram gram{m, doubles(g.at("dot")), doubles(g.at("count")), doubles(g.at("squared_norms")),
                    doubles(g.at("squared_counts"))};
  expect_size("gram.dot", gram.dot.size(), m * m);
  expect_size("gram.count", gram.count.size(), m);
  if (!gram.squared_norms.empty()) expect_size("gram.squared_norms", gram.squared_norms.size(), m);
  expect_size("gram.squared_counts", gram.squared_counts.size(), m);
  return gram;
}

// One recorded call made on a mixer. `m` is 0 before init.
Decision answer(Mixer& mixer, const nlohmann::json& signal, size_t& m) {
  NoServices services;
  const auto call = signal.at("call").get<std::string>();
  const auto step = signal.at("step").get<int64_t>();
  const auto& data = signal.at("data");
  if (call == "init") {
    const Domains domains = domains_from(data);
    m = domains.size();
    return mixer.init(domains, services);
  }
  if (m == 0) fail("replay", "'{}' comes before 'init'", call);
  if (call == "on_step" || call == "on_eval") {
    const auto loss = doubles(data.at("loss"));
    const auto tokens = data.at("tokens").get<std::vector<int64_t>>();
    expect_size("loss", loss.size(), m);
    expect_size("tokens", tokens.size(), m);
    if (call == "on_eval") return mixer.on_eval({step, loss, tokens}, services);
    return mixer.on_step({step, data.at("lr").get<double>(), loss, tokens}, services);
  }
  if (call != "on_round")
    fail("replay", "unknown call '{}'; expected init, on_step, on_eval or on_round", call);
  const auto p = doubles(data.at("p"));
  expect_size("p", p.size(), m);
  RoundView view{step, data.at("round").get<int64_t>(), p, nullptr};
  GradientGram gram;
  if (data.contains("gram")) {
    gram = gram_from(data.at("gram"), m);
    view.gram = &gram;
  }
  if (mixer.needs().gradient_gram && !view.gram)
    fail("replay", "the round at step {} has no Gram matrix, which the method needs", step);
  if (mixer.needs().step_norms && gram.squared_norms.empty())
    fail("replay",
         "the round at step {} has no squared norms of its steps, which the method needs; record them with a run "
         "of that method",
         step);
  return mixer.on_round(view, services);
}

}  // namespace

nlohmann::json signal_to_json(const Domains& d) {
  return {{"names", d.names},
          {"train_examples", d.train_examples},
          {"train_tokens", d.train_tokens},
          {"valid_examples", d.valid_examples},
          {"evaluation", d.evaluation},
          {"total_steps", d.total_steps}};
}

nlohmann::json signal_to_json(const StepView& v) {
  return {{"lr", v.lr},
          {"loss", exact(v.loss)},
          {"tokens", std::vector<int64_t>(v.tokens.begin(), v.tokens.end())}};
}

nlohmann::json signal_to_json(const EvalView& v) {
  return {{"loss", exact(v.loss)}, {"tokens", std::vector<int64_t>(v.tokens.begin(), v.tokens.end())}};
}

nlohmann::json signal_to_json(const RoundView& v) {
  nlohmann::json out = {{"round", v.round}, {"p", exact(v.p)}};
  if (v.gram)
    out["gram"] = {{"m", v.gram->m},
                   {"dot", exact(v.gram->dot)},
                   {"count", exact(v.gram->count)},
                   {"squared_norms", exact(v.gram->squared_norms)},
                   {"squared_counts", exact(v.gram->squared_counts)}};
  return out;
}

std::vector<Decision> replay(const std::string& method, const std::map<std::string, std::string>& options,
                             const std::vector<nlohmann::json>& signals) {
  const auto mixer = make_mixer(method, options);
  std::vector<Decision> decisions;
  size_t m = 0;
  for (const auto& signal : signals) {
    try {
      decisions.push_back(answer(*mixer, signal, m));
    } catch (const nlohmann::json::exception& e) {
      fail("replay", "signal {} is damaged: {}", decisions.size(), e.what());
    }
  }
  return decisions;
}

}  // namespace rnb
