#include "methods/core/exec_answer.h"

#include <algorithm>
#include <cmath>

#include "base/child_process.h"
#include "base/error.h"
#include "base/suggest.h"
#include "methods/core/layer_choice.h"

namespace rnb {

using nlohmann::json;

namespace {

bool given(const json& answer, const char* key) {
  return answer.contains(key) && !answer.at(key).is_null();
}

Weights weights_from(const json& list, const Domains& domains) {
  auto out = list.get<Weights>();
  if (out.size() != domains.size())
    throw ChildFailure(fmt::format("{} weights for {} domains", out.size(), domains.size()));
  return out;
}

Weights sampling_from(const json& list, const Domains& domains) {
  Weights p = weights_from(list, domains);
  for (size_t i = 0; i < p.size(); ++i)
    if (p[i] > 0 && domains.train_examples[i] == 0)
      throw ChildFailure(
          fmt::format("weight {} for '{}', which has no training examples", p[i], domains.names[i]));
  try {
    check_weights(p, p.size(), "the program");
  } catch (const Error& e) {
    throw ChildFailure(e.what());
  }
  return p;
}

}  // namespace

void expect_only(const json& object, const std::vector<std::string>& known) {
  if (!object.is_object()) throw ChildFailure("expected an object");
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw ChildFailure(fmt::format("unknown key '{}'{}", key, suggestion(key, known)));
}

void check_request(const json& request) {
  if (request.at("service") != "gradient_probe") return;
  try {
    parse_layer_choice(request.at("layers").get<std::string>(), AllLayers::Allowed, "gradient_probe",
                       "layers");
  } catch (const UsageError& e) {
    throw ChildFailure(e.what());
  }
}

Needs needs_from_answer(const json& whole) {
  const json answer = whole.value("needs", json::object());
  expect_only(answer,
              {"round_steps", "round_evaluations", "round_probe_examples", "gradient_gram", "step_norms",
               "eval_every", "batch_losses", "loss_weighting", "reference", "batch_gradients",
               "target_examples", "domain_gradient_clip", "sampler", "shared_domains"});
  Needs needs;
  needs.round_steps = answer.value("round_steps", needs.round_steps);
  needs.round_evaluations = answer.value("round_evaluations", needs.round_evaluations);
  needs.round_probe_examples = answer.value("round_probe_examples", needs.round_probe_examples);
  needs.gradient_gram = answer.value("gradient_gram", false);
  needs.step_norms = answer.value("step_norms", false);
  needs.shared_domains = answer.value("shared_domains", false);
  needs.eval_every = answer.value("eval_every", needs.eval_every);
  needs.batch_losses = answer.value("batch_losses", false);
  needs.reference = answer.value("reference", "");
  needs.batch_gradients = answer.value("batch_gradients", false);
  needs.target_examples = answer.value("target_examples", needs.target_examples);
  needs.domain_gradient_clip = answer.value("domain_gradient_clip", 0.0);
  needs.sampler = answer.value("sampler", "");
  for (const int64_t n : {needs.round_steps, needs.round_evaluations, needs.round_probe_examples,
                          needs.eval_every, needs.target_examples})
    if (n < 0) throw ChildFailure(fmt::format("{} among needs; expected at least 0", n));
  const auto weighting = answer.value("loss_weighting", "none");
  if (weighting == "tokens") needs.loss_weighting = LossWeighting::Tokens;
  if (weighting == "domains") needs.loss_weighting = LossWeighting::Domains;
  if (needs.loss_weighting == LossWeighting::None && weighting != "none")
    throw ChildFailure(fmt::format("loss_weighting '{}'{}", weighting,
                                   suggestion(weighting, {"none", "tokens", "domains"})));
  return needs;
}

Decision decision_from_answer(const json& answer, const std::string& call, const Domains& domains,
                              const Needs& needs) {
  std::vector<std::string> keys{"sampling", "loss_weights", "warnings", "record"};
  if (call == "init") keys.push_back("needs");
  expect_only(answer, keys);
  Decision decision;
  if (given(answer, "sampling")) decision.sampling = sampling_from(answer.at("sampling"), domains);
  if (call == "init" && !decision.sampling)
    throw ChildFailure("'sampling' is missing; the first weights must be set");
  if (given(answer, "loss_weights")) {
    if (needs.loss_weighting == LossWeighting::None)
      throw ChildFailure("loss_weights were not asked for; needs.loss_weighting is 'none'");
    decision.loss_weights = weights_from(answer.at("loss_weights"), domains);
    for (const double w : *decision.loss_weights)
      if (!std::isfinite(w) || w < 0) throw ChildFailure(fmt::format("loss weight {}; expected >= 0", w));
  }
  for (const json& w : answer.value("warnings", json::array()))
    decision.warnings.push_back({w.at("code").get<std::string>(), w.at("text").get<std::string>()});
  decision.record = answer.value("record", json());
  return decision;
}

}  // namespace rnb
