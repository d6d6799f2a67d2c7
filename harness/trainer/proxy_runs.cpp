#include "harness/trainer/proxy_runs.h"

#include <algorithm>
#include <limits>
#include <map>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/random.h"
#include "harness/trainer/pause_point.h"
#include "harness/trainer/run_experiment.h"
#include "harness/trainer/run_services.h"
#include "methods/core/json_numbers.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

fs::path proxies_of(const Run& run) {
  const fs::path parent = run.folder.parent_path();
  return parent.filename() == "proxies" ? parent : parent / "proxies";
}

Experiment proxy_experiment(const Run& run, const nlohmann::json& call) {
  Experiment e = run.experiment;
  e.steps = run.steps();
  e.method = call.at("method").get<std::string>();
  e.method_options = call.at("options").get<std::map<std::string, std::string>>();
  const auto model = call.at("model").get<std::string>();
  if (!model.empty()) e.model = model;
  if (const auto steps = call.at("steps").get<int64_t>(); steps > 0) e.steps = steps;
  e.seed += static_cast<uint64_t>(call.at("seed").get<int64_t>());
  e.eval_every = 0;
  e.budget.clear();
  e.zero_shot.clear();
  e.save_model = true;
  check_experiment(e);
  return e;
}

RunSettings proxy_settings(const Run& run, const std::string& name) {
  RunSettings settings;
  settings.out = proxies_of(run);
  settings.earlier = Earlier::Resume;
  settings.shared_machine = run.start_event.at("provenance").value("shared_machine", false);
  settings.threads = at::get_num_threads();
  settings.proxy_for = fmt::format("{} of {}", name, run.start_event.at("run_id").get<std::string>());
  return settings;
}

// What a finished proxy's log says of it. `seconds` and `flops`: what it would not have cost without its
// method.
struct ProxyRecord {
  nlohmann::json answer;
  double seconds = 0, flops = 0;
};

ProxyRecord read_proxy(const fs::path& folder) {
  ProxyRecord out;
  out.answer = {{"run", folder.filename().string()}, {"finished", nullptr}};
  for_each_event(folder / "events.jsonl", [&](int64_t, const nlohmann::json& event) {
    const auto kind = event.at("event").get<std::string>();
    if (kind == "start") out.answer["parameters"] = event.at("parameters");
    if (kind == "finished") out.answer["finished"] = event.at("weights");
    if (kind != "ledger") return;
    out.seconds = out.flops = 0;
    for (const PhaseRule& rule : kPhaseRules) {
      if (!is_paid_by_asker(rule.phase)) continue;
      const auto& cost = event.at("phases").at(std::string(rule.name));
      out.seconds += cost.at("seconds").get<double>();
      out.flops += cost.at("flops").get<double>();
    }
  });
  out.answer["flops"] = out.flops;
  return out;
}

// Sum over the counted places of the middle layer's states of up to `examples` examples of domain i, divided
// by their number; undefined where there is none.
torch::Tensor mean_state(const Run& run, Task& proxy, size_t i, int64_t examples) {
  const Experiment& e = run.experiment;
  const auto& pool = run.data.pools[i];
  auto order = permutation(static_cast<int64_t>(pool.size()), Rng(e.seed, "embedding", 0, i));
  if (static_cast<int64_t>(order.size()) > examples) order.resize(static_cast<size_t>(examples));
  const auto batch_size = static_cast<size_t>(e.eval_batch);
  torch::Tensor total;
  double tokens = 0;
  for (size_t begin = 0; begin < order.size(); begin += batch_size) {
    std::vector<RowSpec> rows;
    for (size_t k = begin; k < std::min(order.size(), begin + batch_size); ++k)
      rows.push_back({static_cast<int32_t>(i), {pool[static_cast<size_t>(order[k])]}});
    const Batch batch = proxy.collate(rows, std::nullopt);
    if (batch.tokens == 0) continue;
    const auto sum = proxy.middle(batch).sum(0, false, torch::kFloat64);
    total = total.defined() ? total + sum : sum;
    tokens += static_cast<double>(batch.tokens);
  }
  return total.defined() ? (total / tokens).to(torch::kCPU) : total;
}

}  // namespace

nlohmann::json serve_proxy(Run& run, const nlohmann::json& call) {
  const Experiment e = proxy_experiment(run, call);
  RunResult result;
  {
    const LedgerPause pause(run.ledger);
    result =
        run_experiment(e, run.store, run.grouping, proxy_settings(run, call.at("name").get<std::string>()));
  }
  if (result.outcome.signal != 0) {
    save_run(run);
    throw Interrupted();
  }
  ProxyRecord record = read_proxy(result.folder);
  run.ledger.bill(call.at("reference").get<bool>() ? Phase::Reference : Phase::Proxy, record.seconds,
                  record.flops);
  if (call.at("losses").get<bool>())
    record.answer["losses"] =
        to_json(mixing_losses(run, *proxy_task(run, result.folder.filename().string())));
  return record.answer;
}

std::unique_ptr<Task> proxy_task(const Run& run, const std::string& proxy) {
  const fs::path folder = proxies_of(run) / proxy / "model";
  if (!fs::exists(folder))
    fail("method", "{}: no such model; the reference of {} is the id of a finished run in {}",
         folder.string(), run.experiment.method, proxies_of(run).string());
  Experiment e = run.experiment;
  e.model = folder.string();
  return make_task(e, run.store, run.device);
}

nlohmann::json serve_embeddings(Run& run, const std::string& proxy, int64_t examples) {
  const PhaseScope scope(run.ledger, Phase::Signal);
  const torch::NoGradGuard no_grad;
  const auto task = proxy_task(run, proxy);
  std::vector<torch::Tensor> means;
  int64_t width = 0;
  for (size_t i = 0; i < run.domains(); ++i) {
    means.push_back(mean_state(run, *task, i, examples));
    if (means.back().defined()) width = means.back().size(0);
  }
  std::vector<double> flat;
  for (const torch::Tensor& mean : means)
    for (int64_t c = 0; c < width; ++c)
      flat.push_back(mean.defined() ? mean[c].item<double>() : std::numeric_limits<double>::quiet_NaN());
  return {{"width", width}, {"mean", exact(flat)}};
}

nlohmann::json serve_log_probs(Run& run, const std::string& proxy) {
  const PhaseScope scope(run.ledger, Phase::EvalMixing);
  const ExampleLosses losses =
      proxy_task(run, proxy)->evaluate(run.data.mixing_valid, run.experiment.eval_batch);
  std::vector<double> log_prob;
  for (const double loss : losses.loss) log_prob.push_back(-loss);
  return {
      {"log_prob", exact(log_prob)}, {"tokens", losses.tokens}, {"weight", exact(run.data.mixing_weight)}};
}

}  // namespace rnb
