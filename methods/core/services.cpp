#include "methods/core/services.h"

#include "base/error.h"
#include "methods/core/json_numbers.h"

namespace rnb {
namespace {

nlohmann::json mixtures(const std::vector<Weights>& list) {
  nlohmann::json out = nlohmann::json::array();
  for (const Weights& w : list) out.push_back(exact(w));
  return out;
}

}  // namespace

nlohmann::json to_json(const DomainLosses& losses) {
  return {{"loss", exact(losses.loss)}, {"tokens", losses.tokens}};
}

DomainLosses domain_losses_from(const nlohmann::json& json) {
  return {doubles(json.at("loss")), json.at("tokens").get<std::vector<int64_t>>()};
}

nlohmann::json to_json(const GradientProbe& probe) {
  return {{"sources", probe.sources},
          {"targets", probe.targets},
          {"gram", exact(probe.gram)},
          {"loss", exact(probe.loss)}};
}

GradientProbe gradient_probe_from(const nlohmann::json& json) {
  GradientProbe probe{json.at("sources").get<size_t>(), json.at("targets").get<size_t>(),
                      doubles(json.at("gram")), doubles(json.at("loss"))};
  const size_t n = probe.sources + probe.targets;
  if (probe.gram.size() != n * n || probe.loss.size() != n)
    fail("services", "gradients: {} dot products and {} losses; expected {} and {}", probe.gram.size(),
         probe.loss.size(), n * n, n);
  return probe;
}

nlohmann::json Services::request(const nlohmann::json& call) {
  fail("services", "'{}' is not served here", call.at("service").get<std::string>());
}

DomainLosses Services::evaluate() {
  return domain_losses_from(request({{"service", "evaluate"}}));
}

DomainLosses Services::train_probe(const Weights& p, int64_t steps, Keep keep) {
  return domain_losses_from(
      request({{"service", "train_probe"}, {"p", exact(p)}, {"steps", steps}, {"keep", keep == Keep::Yes}}));
}

GradientProbe Services::gradient_probe(const GradientProbeSpec& spec) {
  const auto answer = request({{"service", "gradient_probe"},
                               {"examples", spec.examples},
                               {"layers", spec.layers},
                               {"sources", mixtures(spec.sources)},
                               {"targets", mixtures(spec.targets)},
                               {"source_pairs", spec.source_pairs}});
  return gradient_probe_from(answer);
}

ProxyResult Services::train_proxy(const ProxySpec& spec) {
  const auto answer = request({{"service", "train_proxy"},
                               {"name", spec.name},
                               {"method", spec.method},
                               {"options", spec.options},
                               {"model", spec.model},
                               {"steps", spec.steps},
                               {"seed", spec.seed},
                               {"reference", spec.reference},
                               {"losses", spec.losses}});
  ProxyResult result;
  result.run = answer.at("run").get<std::string>();
  if (spec.losses) result.losses = domain_losses_from(answer.at("losses"));
  if (!answer.at("finished").is_null()) result.finished = doubles(answer.at("finished"));
  result.parameters = answer.at("parameters").get<double>();
  result.flops = answer.at("flops").get<double>();
  return result;
}

DomainEmbeddings Services::domain_embeddings(const std::string& run, int64_t examples) {
  const auto answer = request({{"service", "domain_embeddings"}, {"run", run}, {"examples", examples}});
  return {answer.at("width").get<size_t>(), doubles(answer.at("mean"))};
}

SequenceLogProbs Services::log_probs(const std::string& run) {
  const auto answer = request({{"service", "log_probs"}, {"run", run}});
  return {doubles(answer.at("log_prob")), answer.at("tokens").get<std::vector<int64_t>>(),
          doubles(answer.at("weight"))};
}

}  // namespace rnb
