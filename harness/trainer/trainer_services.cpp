// What a mixer may ask of its run (methods/core/services.h), each charged to the method's phase.

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "base/stop_signal.h"
#include "harness/trainer/gradient_vectors.h"
#include "harness/trainer/run_experiment.h"
#include "harness/trainer/run_services.h"
#include "harness/trainer/trainer.h"
#include "methods/core/json_numbers.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The phases of a proxy run that it would not have without its method: all but reports and files.
constexpr std::array<const char*, 10> kPaidPhases{"setup",     "data",       "train",           "signal",
                                                  "update",    "probe_kept", "probe_discarded", "proxy",
                                                  "reference", "eval_mixing"};

TensorMap prefixed(const TensorMap& tensors, const std::string& prefix) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors) out[prefix + name] = tensor;
  return out;
}

TensorMap without_prefix(const TensorMap& tensors, const std::string& prefix) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) out[name.substr(prefix.size())] = tensor;
  return out;
}

std::vector<Weights> mixtures_from(const nlohmann::json& list) {
  std::vector<Weights> out;
  for (const auto& w : list) out.push_back(doubles(w));
  return out;
}

}  // namespace

nlohmann::json Trainer::serve(const nlohmann::json& call) {
  const auto service = call.at("service").get<std::string>();
  if (service == "evaluate") return to_json(mixing_losses(*task_));
  if (service == "train_probe")
    return to_json(
        serve_probe(doubles(call.at("p")), call.at("steps").get<int64_t>(), call.at("keep").get<bool>()));
  if (service == "gradient_probe")
    return to_json(serve_gradients({call.at("examples").get<int64_t>(), call.at("layers").get<std::string>(),
                                    mixtures_from(call.at("sources")), mixtures_from(call.at("targets")),
                                    call.at("source_pairs").get<bool>()}));
  if (service == "train_proxy") return serve_proxy(call);
  if (service == "domain_embeddings")
    return serve_embeddings(call.at("run").get<std::string>(), call.at("examples").get<int64_t>());
  if (service == "log_probs") return serve_log_probs(call.at("run").get<std::string>());
  fail("services", "there is no service '{}'", service);
}

DomainLosses Trainer::mixing_losses(Task& task) {
  const PhaseScope scope(ledger_, Phase::EvalMixing);
  return by_domain(task.evaluate(mixing_valid_, e_.eval_batch), mixing_valid_, grouping_.domain, m_);
}

DomainLosses Trainer::serve_probe(const Weights& p, int64_t steps, bool keep) {
  check_weights(p, m_, e_.method + ": a probe's mixture");
  if (steps < 1) fail("method", "{}: a probe of {} steps; expected at least 1", e_.method, steps);
  const PhaseScope scope(ledger_, keep ? Phase::ProbeKept : Phase::ProbeDiscarded);
  if (!probe_) {
    probe_ = Probe{};
    if (!keep) {
      TensorMap model;
      for (const NamedParameter& q : task_->parameters()) model[q.name] = q.tensor.detach().clone();
      probe_->snapshot = prefixed(model, "model/");
      for (const auto& [name, tensor] : optimiser_->save())
        probe_->snapshot["optimiser/" + name] = tensor.clone();
      probe_->state = {{"sampler", sampler_->save()}, {"step", step_},    {"tokens", tokens_}, {"cut", cut_},
                       {"cut_total", cut_total_},     {"counts", counts_}};
    }
  }
  while (probe_->done < steps && (!keep || step_ < e_.steps)) {
    train_step(p, keep ? Phase::ProbeKept : Phase::ProbeDiscarded);
    ++probe_->done;
    if (keep) after_step();
    pause_point();
  }
  const DomainLosses losses = mixing_losses(*task_);
  if (!keep) {
    const torch::NoGradGuard no_grad;
    const TensorMap model = without_prefix(probe_->snapshot, "model/");
    for (const NamedParameter& q : task_->parameters()) q.tensor.detach().copy_(model.at(q.name));
    optimiser_->load(without_prefix(probe_->snapshot, "optimiser/"));
    sampler_->load(probe_->state.at("sampler"));
    probe_->state.at("step").get_to(step_);
    probe_->state.at("tokens").get_to(tokens_);
    probe_->state.at("cut").get_to(cut_);
    probe_->state.at("cut_total").get_to(cut_total_);
    probe_->state.at("counts").get_to(counts_);
  }
  probe_.reset();
  return losses;
}

// A batch of examples drawn anew by `mixture` (domains without examples give their share to the others),
// sorted by domain. It never touches the training streams. Empty where no domain of the mixture has examples.
Batch Trainer::fresh_batch(const std::vector<std::vector<int64_t>>& pools, const Weights& mixture,
                           int64_t examples, std::string_view purpose, uint64_t stream) const {
  Weights reachable(mixture);
  double total = 0;
  for (size_t i = 0; i < m_; ++i) total += reachable[i] = pools[i].empty() ? 0.0 : mixture[i];
  std::vector<RowSpec> rows;
  Rng rng(e_.seed, purpose, static_cast<uint64_t>(step_), stream);
  for (int64_t k = 0; k < examples && total > 0; ++k) {
    const size_t i = rng.categorical(reachable);
    rows.push_back({static_cast<int32_t>(i), {pools[i][rng.below(pools[i].size())]}});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowSpec& a, const RowSpec& b) { return a.domain < b.domain; });
  if (rows.empty()) return {};
  return task_->collate(rows, std::nullopt);
}

GradientProbe Trainer::serve_gradients(const GradientProbeSpec& spec) {
  const PhaseScope scope(ledger_, Phase::Signal);
  std::vector<Weights> sources = spec.sources;
  if (sources.empty())
    for (size_t i = 0; i < m_; ++i) {
      sources.emplace_back(m_, 0.0);
      sources.back()[i] = 1;
    }
  GradientProbe out;
  out.sources = sources.size();
  out.targets = spec.targets.size();
  const size_t n = out.sources + out.targets;
  const auto batch = [&](size_t k) {
    if (k < out.sources) return fresh_batch(pools_, sources[k], spec.examples, "probe", k);
    return fresh_batch(valid_pools_, spec.targets[k - out.sources], spec.examples, "probe_target",
                       k - out.sources);
  };
  if (spec.layers !=
      "all") {  // the linear layers' own sums: as R&B's, a source or target in the place of a domain
    DomainGradients sums(tracked_layers(spec.layers, task_->linear_names(), task_->last_layers()), n, 1,
                         false, ledger_);
    task_->track(&sums);
    for (size_t k = 0; k < n; ++k) {
      Batch b = batch(k);
      out.loss.push_back(std::numeric_limits<double>::quiet_NaN());
      if (b.tokens == 0) continue;
      const auto id = static_cast<int64_t>(k);
      sums.begin_microbatch({{id, b.ids.size(0), 1.0}}, 1.0);
      b.head_domains = {{id, b.tokens}};
      const Task::Encoded encoded = task_->encode(b);
      const auto weight =
          torch::full({b.tokens}, 1.0 / static_cast<double>(b.tokens), encoded.front().options());
      const HeadOutput head = task_->loss(encoded, b, weight.detach(), &sums);
      head.loss.backward();
      sums.end_step();
      out.loss.back() = head.loss.item<double>();
    }
    task_->track(nullptr);
    optimiser_->zero_grad();
    out.gram = sums.gram().dot;
    return out;
  }
  // Targets are held, and sources too where their own products are asked for; else one source at a time.
  GradientVectors vectors(*task_);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  out.gram.assign(n * n, spec.source_pairs ? 0.0 : kNaN);
  out.loss.assign(n, kNaN);
  std::vector<torch::Tensor> held(n);
  const auto fill = [&](size_t a, const torch::Tensor& gradient) {
    for (size_t b = 0; b < n; ++b) {
      if (b != a && !held[b].defined()) {
        if (b >= out.sources || a >= out.sources || !gradient.defined())
          out.gram[a * n + b] = out.gram[b * n + a] = 0;
        continue;
      }
      const auto& other = b == a ? gradient : held[b];
      out.gram[a * n + b] = out.gram[b * n + a] =
          gradient.defined() ? dot_product(gradient, other, ledger_) : 0.0;
    }
  };
  std::vector<size_t> order;
  for (size_t k = out.sources; k < n; ++k) order.push_back(k);
  for (size_t k = 0; k < out.sources; ++k) order.push_back(k);
  for (const size_t k : order) {
    const auto result = vectors.of(batch(k));
    out.loss[k] = result.loss;
    fill(k, result.gradient);
    if (k >= out.sources || spec.source_pairs) held[k] = result.gradient;
  }
  return out;
}

fs::path Trainer::proxies() const {
  const fs::path parent = folder_.parent_path();
  return parent.filename() == "proxies" ? parent : parent / "proxies";
}

// A proxy is a run like any other, in <out>/proxies: found made by its run id, gone on with where it was cut,
// and billed at what it once cost.
nlohmann::json Trainer::serve_proxy(const nlohmann::json& call) {
  Experiment e = e_;
  e.method = call.at("method").get<std::string>();
  e.method_options = call.at("options").get<std::map<std::string, std::string>>();
  const auto model = call.at("model").get<std::string>();
  if (!model.empty()) e.model = model;
  if (const auto steps = call.at("steps").get<int64_t>(); steps > 0) e.steps = steps;
  e.seed += static_cast<uint64_t>(call.at("seed").get<int64_t>());
  e.eval_every = 0;
  e.budget.clear();
  e.zero_shot.clear();
  e.save_model = "on";
  check_experiment(e);
  RunSettings settings;
  settings.out = proxies();
  settings.earlier = Earlier::Resume;
  settings.shared_machine = start_event_.at("provenance").value("shared_machine", false);
  settings.threads = at::get_num_threads();
  settings.proxy_for = fmt::format("{} of {}", call.at("name").get<std::string>(),
                                   start_event_.at("run_id").get<std::string>());
  RunResult result;
  {
    const LedgerPause pause(ledger_);
    result = run_experiment(e, store_, grouping_, settings);
  }
  if (result.outcome.signal != 0) {
    save();
    throw Interrupted();
  }
  nlohmann::json answer = {{"run", result.folder.filename().string()}, {"finished", nullptr}};
  double seconds = 0, flops = 0;
  for (const auto& event : read_events(result.folder / "events.jsonl")) {
    const auto kind = event.at("event").get<std::string>();
    if (kind == "start") answer["parameters"] = event.at("parameters");
    if (kind == "finished") answer["finished"] = event.at("weights");
    if (kind != "ledger") continue;
    seconds = flops = 0;
    for (const char* phase : kPaidPhases) {
      seconds += event.at("phases").at(phase).at("seconds").get<double>();
      flops += event.at("phases").at(phase).at("flops").get<double>();
    }
  }
  answer["flops"] = flops;
  ledger_.bill(call.at("reference").get<bool>() ? Phase::Reference : Phase::Proxy, seconds, flops);
  if (call.at("losses").get<bool>())
    answer["losses"] = to_json(mixing_losses(*proxy_task(answer.at("run").get<std::string>())));
  return answer;
}

std::unique_ptr<Task> Trainer::proxy_task(const std::string& run) {
  const fs::path folder = proxies() / run / "model";
  if (!fs::exists(folder))
    fail("method", "{}: no such model; the reference of {} is the id of a finished run in {}",
         folder.string(), e_.method, proxies().string());
  Experiment e = e_;
  e.model = folder.string();
  return make_task(e, store_, device_);
}

nlohmann::json Trainer::serve_embeddings(const std::string& run, int64_t examples) {
  const PhaseScope scope(ledger_, Phase::Signal);
  const torch::NoGradGuard no_grad;
  const auto proxy = proxy_task(run);
  std::vector<double> mean;
  int64_t width = 0;
  std::vector<torch::Tensor> sums(m_);
  for (size_t i = 0; i < m_; ++i) {
    auto order = permutation(static_cast<int64_t>(pools_[i].size()), Rng(e_.seed, "embedding", 0, i));
    if (static_cast<int64_t>(order.size()) > examples) order.resize(static_cast<size_t>(examples));
    double tokens = 0;
    for (size_t begin = 0; begin < order.size(); begin += static_cast<size_t>(e_.eval_batch)) {
      std::vector<RowSpec> rows;
      for (size_t k = begin; k < std::min(order.size(), begin + static_cast<size_t>(e_.eval_batch)); ++k)
        rows.push_back({static_cast<int32_t>(i), {pools_[i][static_cast<size_t>(order[k])]}});
      const Batch batch = proxy->collate(rows, std::nullopt);
      if (batch.tokens == 0) continue;
      const auto sum = proxy->middle(batch).sum(0, false, torch::kFloat64);
      sums[i] = sums[i].defined() ? sums[i] + sum : sum;
      tokens += static_cast<double>(batch.tokens);
    }
    if (sums[i].defined()) sums[i] = (sums[i] / tokens).to(torch::kCPU);
    if (sums[i].defined()) width = sums[i].size(0);
  }
  for (size_t i = 0; i < m_; ++i)
    for (int64_t c = 0; c < width; ++c)
      mean.push_back(sums[i].defined() ? sums[i][c].item<double>()
                                       : std::numeric_limits<double>::quiet_NaN());
  return {{"width", width}, {"mean", exact(mean)}};
}

nlohmann::json Trainer::serve_log_probs(const std::string& run) {
  const PhaseScope scope(ledger_, Phase::EvalMixing);
  const ExampleLosses losses = proxy_task(run)->evaluate(mixing_valid_, e_.eval_batch);
  std::vector<double> log_prob;
  for (const double loss : losses.loss) log_prob.push_back(-loss);
  return {{"log_prob", exact(log_prob)}, {"tokens", losses.tokens}, {"weight", exact(mixing_weight_)}};
}

}  // namespace rnb
