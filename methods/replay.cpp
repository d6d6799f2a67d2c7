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
  NoServices services;
  std::vector<Decision> decisions;
  for (const auto& signal : signals) {
    const auto call = signal.at("call").get<std::string>();
    const auto step = signal.at("step").get<int64_t>();
    const auto& data = signal.at("data");
    if (call == "init") {
      Domains d;
      data.at("names").get_to(d.names);
      data.at("train_examples").get_to(d.train_examples);
      data.at("train_tokens").get_to(d.train_tokens);
      data.at("valid_examples").get_to(d.valid_examples);
      data.at("evaluation").get_to(d.evaluation);
      data.at("total_steps").get_to(d.total_steps);
      decisions.push_back(mixer->init(d, services));
    } else if (call == "on_step" || call == "on_eval") {
      const auto loss = doubles(data.at("loss"));
      const auto tokens = data.at("tokens").get<std::vector<int64_t>>();
      decisions.push_back(call == "on_step"
                              ? mixer->on_step({step, data.at("lr").get<double>(), loss, tokens}, services)
                              : mixer->on_eval({step, loss, tokens}, services));
    } else if (call == "on_round") {
      const auto p = doubles(data.at("p"));
      GradientGram gram;
      RoundView view{step, data.at("round").get<int64_t>(), p, nullptr};
      if (data.contains("gram")) {
        const auto& g = data.at("gram");
        gram = {g.at("m").get<size_t>(), doubles(g.at("dot")), doubles(g.at("count")),
                doubles(g.at("squared_norms")), doubles(g.at("squared_counts"))};
        view.gram = &gram;
      }
      decisions.push_back(mixer->on_round(view, services));
    } else {
      fail("replay", "unknown call '{}'; expected init, on_step, on_eval or on_round", call);
    }
  }
  return decisions;
}

}  // namespace rnb
