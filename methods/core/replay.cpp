#include "methods/core/replay.h"

#include "base/error.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"

namespace rnb {
namespace {

// Answers from the record, in its order.
class RecordedServices : public Services {
 public:
  void add(const nlohmann::json& exchange) { record_.push_back(exchange); }
  nlohmann::json request(const nlohmann::json& call) override {
    if (next_ == record_.size())
      fail("replay", "the method asks for '{}', which the record does not hold here",
           call.at("service").get<std::string>());
    const auto& exchange = record_[next_++];
    if (exchange.at("request") != call)
      fail("replay",
           "the method asks {} where {} was recorded; settings that change what is asked cannot be replayed",
           call.dump(), exchange.at("request").dump());
    return exchange.at("answer");
  }

 private:
  std::vector<nlohmann::json> record_;
  size_t next_ = 0;
};

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
  data.at("batch").get_to(d.batch);
  data.at("seed").get_to(d.seed);
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

Decision on_batch(Mixer& mixer, int64_t step, const nlohmann::json& data, Services& services, size_t m) {
  const auto loss = doubles(data.at("loss")), excess = doubles(data.at("excess")),
             clipped = doubles(data.at("clipped_excess"));
  const auto tokens = data.at("tokens").get<std::vector<int64_t>>();
  expect_size("loss", loss.size(), m);
  expect_size("tokens", tokens.size(), m);
  BatchView view{step, data.at("lr").get<double>(), loss, tokens, excess, clipped, nullptr};
  GradientProbe gradients;
  if (data.contains("gradients")) {
    gradients = gradient_probe_from(data.at("gradients"));
    view.gradients = &gradients;
  }
  return mixer.on_batch(view, services);
}

}  // namespace

Decision make_call(Mixer& mixer, const nlohmann::json& signal, Services& services, size_t& m) {
  const auto call = signal.at("call").get<std::string>();
  const auto step = signal.at("step").get<int64_t>();
  const auto& data = signal.at("data");
  if (call == "init") {
    const Domains domains = domains_from(data);
    m = domains.size();
    check_shared_domains(mixer.needs(), domains, "the method");
    return mixer.init(domains, services);
  }
  if (m == 0) fail("replay", "'{}' comes before 'init'", call);
  if (call == "on_step" || call == "on_eval") {
    const auto loss = doubles(data.at("loss"));
    const auto tokens = data.at("tokens").get<std::vector<int64_t>>();
    expect_size("loss", loss.size(), m);
    expect_size("tokens", tokens.size(), m);
    if (call == "on_eval") return mixer.on_eval({step, loss, tokens}, services);
    const auto examples = data.at("examples").get<std::vector<int64_t>>();
    expect_size("examples", examples.size(), m);
    return mixer.on_step({step, data.at("lr").get<double>(), loss, tokens, examples}, services);
  }
  if (call == "on_batch") return on_batch(mixer, step, data, services, m);
  if (call != "on_round")
    fail("replay", "unknown call '{}'; expected service, init, on_batch, on_step, on_eval or on_round", call);
  const auto p = doubles(data.at("p"));
  expect_size("p", p.size(), m);
  RoundView view{step, data.at("round").get<int64_t>(), p, nullptr, data.at("steps_left").get<int64_t>()};
  GradientGram gram;
  if (data.contains("gram")) {
    gram = gram_from(data.at("gram"), m);
    view.gram = &gram;
  }
  if (mixer.needs().gradient_gram && !view.gram)
    fail("replay", "the round at step {} has no Gram matrix, which the method needs", step);
  if (mixer.needs().step_norms && gram.squared_norms.empty())
    fail("replay",
         "the round at step {} has no squared norms of its steps, which the method needs; record them with a "
         "run "
         "of that method",
         step);
  return mixer.on_round(view, services);
}

nlohmann::json signal_to_json(const Domains& d) {
  return {{"names", d.names},
          {"train_examples", d.train_examples},
          {"train_tokens", d.train_tokens},
          {"valid_examples", d.valid_examples},
          {"evaluation", d.evaluation},
          {"total_steps", d.total_steps},
          {"batch", d.batch},
          {"seed", d.seed}};
}

nlohmann::json signal_to_json(const BatchView& v) {
  nlohmann::json out = {{"lr", v.lr},
                        {"loss", exact(v.loss)},
                        {"tokens", std::vector<int64_t>(v.tokens.begin(), v.tokens.end())},
                        {"excess", exact(v.excess)},
                        {"clipped_excess", exact(v.clipped_excess)}};
  if (v.gradients) out["gradients"] = to_json(*v.gradients);
  return out;
}

nlohmann::json signal_to_json(const StepView& v) {
  return {{"lr", v.lr},
          {"loss", exact(v.loss)},
          {"tokens", std::vector<int64_t>(v.tokens.begin(), v.tokens.end())},
          {"examples", std::vector<int64_t>(v.examples.begin(), v.examples.end())}};
}

nlohmann::json signal_to_json(const EvalView& v) {
  return {{"loss", exact(v.loss)}, {"tokens", std::vector<int64_t>(v.tokens.begin(), v.tokens.end())}};
}

nlohmann::json signal_to_json(const RoundView& v) {
  nlohmann::json out = {{"round", v.round}, {"p", exact(v.p)}, {"steps_left", v.steps_left}};
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
  RecordedServices services;
  size_t m = 0;
  for (const auto& signal : signals) {
    try {
      if (signal.at("call") == "service")
        services.add(signal.at("data"));
      else
        decisions.push_back(make_call(*mixer, signal, services, m));
    } catch (const nlohmann::json::exception& e) {
      fail("replay", "signal {} is damaged: {}", decisions.size(), e.what());
    }
  }
  return decisions;
}

}  // namespace rnb
