#include "harness/trainer/run_services.h"

#include <string>

#include "base/error.h"
#include "harness/trainer/gradient_probe.h"
#include "harness/trainer/proxy_runs.h"
#include "harness/trainer/training_probe.h"
#include "methods/core/json_numbers.h"

namespace rnb {
namespace {

std::vector<Weights> mixtures_from(const nlohmann::json& list) {
  std::vector<Weights> out;
  for (const auto& w : list) out.push_back(doubles(w));
  return out;
}

GradientProbeSpec gradient_spec_from(const nlohmann::json& call) {
  return {.examples = call.at("examples").get<int64_t>(),
          .layers = call.at("layers").get<std::string>(),
          .sources = mixtures_from(call.at("sources")),
          .targets = mixtures_from(call.at("targets")),
          .source_pairs = call.at("source_pairs").get<bool>()};
}

}  // namespace

void RunServices::check_all_asked() const {
  if (!remembered_.empty())
    fail("resume", "{} asked for less than before the cut; it is not a function of its state and signals",
         run_.experiment.method);
}

nlohmann::json RunServices::request(const nlohmann::json& call) {
  const std::string& method = run_.experiment.method;
  if (!open_)
    fail("method", "{} asks for '{}' in on_batch or on_step; ask in on_eval or on_round", method,
         call.at("service").get<std::string>());
  if (!remembered_.empty()) {
    const nlohmann::json exchange = std::move(remembered_.front());
    remembered_.pop_front();
    if (exchange.at("request") != call)
      fail("resume", "{} asks {} where it had asked {} before the cut", method, call.dump(),
           exchange.at("request").dump());
    return exchange.at("answer");
  }
  nlohmann::json answer = serve(call);
  run_.log->append({{"event", "signal"},
                    {"step", run_.step()},
                    {"call", "service"},
                    {"data", {{"request", call}, {"answer", answer}}},
                    {"record", nullptr}});
  return answer;
}

nlohmann::json RunServices::serve(const nlohmann::json& call) {
  const auto service = call.at("service").get<std::string>();
  if (service == "evaluate") return to_json(mixing_losses(run_, run_.task()));
  if (service == "train_probe")
    return to_json(serve_training_probe(run_, stepper_, doubles(call.at("p")),
                                        call.at("steps").get<int64_t>(),
                                        call.at("keep").get<bool>() ? Keep::Yes : Keep::No));
  if (service == "gradient_probe") return to_json(serve_gradient_probe(run_, gradient_spec_from(call)));
  if (service == "train_proxy") return serve_proxy(run_, call);
  if (service == "domain_embeddings")
    return serve_embeddings(run_, call.at("run").get<std::string>(), call.at("examples").get<int64_t>());
  if (service == "log_probs") return serve_log_probs(run_, call.at("run").get<std::string>());
  fail("services", "there is no service '{}'", service);
}

DomainLosses mixing_losses(Run& run, Task& task) {
  const PhaseScope scope(run.ledger, Phase::EvalMixing);
  return by_domain(task.evaluate(run.data.mixing_valid, run.experiment.eval_batch), run.data.mixing_valid,
                   run.grouping.domain, run.domains());
}

}  // namespace rnb
