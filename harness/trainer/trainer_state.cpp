// How a trainer starts, is saved, goes on and ends.

#include <algorithm>
#include <deque>
#include <numeric>
#include <regex>

#include "base/error.h"
#include "base/random.h"
#include "harness/trainer/run_services.h"
#include "harness/trainer/trainer.h"
#include "methods/core/registry.h"
#include "methods/core/replay.h"

namespace rnb {

std::vector<std::string> tracked_layers(const std::string& track, const std::vector<std::string>& names,
                                        size_t last) {
  if (track == "last") return {names.end() - static_cast<std::ptrdiff_t>(last), names.end()};
  if (track.starts_with("last:")) {
    const auto n = std::min<size_t>(std::stoul(track.substr(5)), names.size());
    return {names.end() - static_cast<std::ptrdiff_t>(n), names.end()};
  }
  std::vector<std::string> out;
  const std::regex pattern(track.substr(std::string("pattern:").size()));
  std::copy_if(names.begin(), names.end(), std::back_inserter(out),
               [&](const std::string& name) { return std::regex_search(name, pattern); });
  if (out.empty())
    fail_usage("track", "'{}' matches no linear layer; the first and last are {} and {}", track,
               names.front(), names.back());
  return out;
}

Trainer::Trainer(const Experiment& experiment, const Store& store, const Grouping& grouping,
                 std::filesystem::path run_folder, nlohmann::json start_event, Ledger& ledger)
    : e_(experiment),
      store_(store),
      grouping_(grouping),
      folder_(std::move(run_folder)),
      start_event_(std::move(start_event)),
      ledger_(ledger),
      device_(resolve_device(e_.device)),
      flop_counter_(ledger),
      services_(std::make_unique<RunServices>(*this)),
      m_(grouping.domain_names.size()),
      counts_(m_),
      domain_loss_(m_),
      domain_tokens_(m_),
      domain_examples_(m_) {
  const PhaseScope scope(ledger_, Phase::Setup);
  set_arithmetic({e_.tf32 == "on", e_.deterministic == "on"});
  task_ = make_task(e_, store_, device_);
  check_task(e_, *task_);
  optimiser_ =
      std::make_unique<AdamW>(task_->parameters(), AdamWOptions{e_.beta1, e_.beta2, e_.eps, e_.weight_decay});
  prepare_data();
}

Trainer::~Trainer() = default;

// A fresh run: the mixer's first call. A cut one: everything as the checkpoint has it, and the call of the
// mixer that it was cut in, if any.
void Trainer::start() {
  const auto checkpoint = load_newest_checkpoint(folder_);
  if (!checkpoint) {
    log_ = std::make_unique<EventLog>(folder_ / "events.jsonl", 0);
    start_event_["parameters"] = task_->parameter_count();
    start_event_["train_examples"] = domains_.train_examples;
    start_event_["evaluation_weights"] = domains_.evaluation;
    log_->append(start_event_);
    ask("init", 0, signal_to_json(domains_));
    read_needs();
    settle_budget();
    return;
  }
  log_ =
      std::make_unique<EventLog>(folder_ / "events.jsonl", checkpoint->state.at("log_bytes").get<int64_t>());
  // What was served, call by call; what follows the last whole call belongs to the one that was cut.
  std::deque<nlohmann::json> at_init, served;
  for (auto& event : read_events(folder_ / "events.jsonl")) {
    if (event.at("event") != "signal") continue;
    if (event.at("call") == "service") {
      served.push_back(std::move(event.at("data")));
    } else {
      if (event.at("call") == "init") at_init = std::move(served);
      served.clear();
    }
  }
  restore(*checkpoint);
  const auto& s = checkpoint->state;
  call_ = s.at("call");
  if (call_.is_object() && call_.at("call") == "init") {
    services_->remember(std::move(served));
    ask("init", 0, call_.at("data"));
    read_needs();
    settle_budget();
    return;
  }
  services_->remember(std::move(at_init));
  services_->open(true);
  mixer_->init(domains_, *services_);
  services_->close();
  read_needs();
  if (gradients_) gradients_->load(checkpoint->gradients, device_);
  mixer_->load(s.at("mixer"));
  if (!call_.is_object()) return;
  mixer_before_ = s.at("mixer");
  services_->remember(std::move(served));
  const auto call = call_.at("call").get<std::string>();
  const auto step = call_.at("step").get<int64_t>();
  ask(call, step, call_.at("data"));
  call_mixer(step, call);
}

void Trainer::prepare_data() {
  valid_ = store_.examples(Split::Valid);
  test_ = store_.examples(Split::Test);
  pools_.resize(m_);
  valid_pools_.resize(m_);
  const auto train = store_.examples(Split::Train);
  for (const int64_t i : train)
    pools_[static_cast<size_t>(grouping_.domain[static_cast<size_t>(i)])].push_back(i);
  for (const int64_t i : valid_)
    valid_pools_[static_cast<size_t>(grouping_.domain[static_cast<size_t>(i)])].push_back(i);

  const auto train_counts = count_domains(store_, grouping_, Split::Train);
  const auto valid_counts = count_domains(store_, grouping_, Split::Valid);
  domains_ = {grouping_.domain_names,
              train_counts.examples,
              train_counts.tokens,
              valid_counts.examples,
              {},
              e_.steps,
              e_.batch,
              e_.seed};
  // p: validation examples count alike, unless the source weighs its own domains; an example then carries its
  // share.
  std::vector<double> weight(store_.domain_names().size(), 1.0);
  if (!store_.evaluation_weights().empty()) {
    std::vector<double> count(weight.size());
    for (const int64_t i : valid_) ++count[static_cast<size_t>(store_.domain()[static_cast<size_t>(i)])];
    for (size_t d = 0; d < weight.size(); ++d)
      weight[d] = count[d] > 0 ? store_.evaluation_weights()[d] / count[d] : 0;
  }
  domains_.evaluation.assign(m_, 0.0);
  for (const int64_t i : valid_) {
    const auto at = static_cast<size_t>(i);
    domains_.evaluation[static_cast<size_t>(grouping_.domain[at])] +=
        weight[static_cast<size_t>(store_.domain()[at])];
  }
  const double total = std::accumulate(domains_.evaluation.begin(), domains_.evaluation.end(), 0.0);
  if (total <= 0)
    fail("data", "{}: the validation split is empty; prepare more examples", store_.folder().string());
  for (double& p : domains_.evaluation) p /= total;

  mixing_valid_ = valid_;
  Rng(e_.seed, "mixing_eval").shuffle(std::span(mixing_valid_));
  if (static_cast<int64_t>(mixing_valid_.size()) > e_.mixing_eval_examples)
    mixing_valid_.resize(static_cast<size_t>(e_.mixing_eval_examples));
  std::sort(mixing_valid_.begin(), mixing_valid_.end());
  double shares = 0;
  for (const int64_t i : mixing_valid_) {
    mixing_weight_.push_back(weight[static_cast<size_t>(store_.domain()[static_cast<size_t>(i)])]);
    shares += mixing_weight_.back();
  }
  for (double& w : mixing_weight_) w = shares > 0 ? w / shares : 0;

  plan_budget();
  domains_.total_steps = e_.steps;
  mixer_ = make_mixer(e_.method, e_.method_options);
  check_shared_domains(mixer_->needs(), domains_, e_.method);
  sampler_ = std::make_unique<Sampler>(parse_sampler_mode(e_.sampler), pools_, e_.seed,
                                       std::max<int64_t>(1, e_.steps / 10));
}

// What the mixer needs is known once it has been started.
void Trainer::read_needs() {
  needs_ = mixer_->needs();
  check_shared_domains(needs_, domains_, e_.method);  // again: another program's are known only now
  if (p_.empty()) fail("method", "{} gave no sampling weights for the first step", e_.method);
  if (!needs_.sampler.empty() && needs_.sampler != e_.sampler)
    fail_usage("sampler", "'{}' is set, {} needs '{}'", e_.sampler, e_.method, needs_.sampler);
  if (needs_.batch_gradients && (e_.accumulation > 1 || e_.pack == "on"))
    fail_usage("accumulation", "{} weighs whole domain gradients: set accumulation = 1 and pack = off",
               e_.method);
  if (!needs_.reference.empty()) reference_ = proxy_task(needs_.reference);
  if (needs_.gradient_gram)
    gradients_ = std::make_unique<DomainGradients>(
        tracked_layers(e_.track, task_->linear_names(), task_->last_layers()), m_, e_.accumulation,
        needs_.step_norms, ledger_);
}

void Trainer::restore(const Checkpoint& checkpoint) {
  const torch::NoGradGuard no_grad;
  for (const NamedParameter& p : task_->parameters()) p.tensor.detach().copy_(checkpoint.model.at(p.name));
  optimiser_->load(checkpoint.optimiser);
  const auto& s = checkpoint.state;
  sampler_->load(s.at("sampler"));
  ledger_.load(s.at("ledger"));
  s.at("p").get_to(p_);
  if (!s.at("loss_weights").is_null()) loss_weights_ = s.at("loss_weights").get<Weights>();
  s.at("counts").get_to(counts_);
  s.at("step").get_to(step_);
  s.at("steps").get_to(e_.steps);
  s.at("rounds").get_to(rounds_);
  s.at("tokens").get_to(tokens_);
  s.at("cut").get_to(cut_);
  s.at("cut_total").get_to(cut_total_);
  if (!s.at("probe").is_null())
    probe_ = Probe{s.at("probe").at("done").get<int64_t>(), checkpoint.snapshot, s.at("probe").at("state")};
  work_ = checkpoint.step;
  log_->append({{"event", "resume"}, {"step", step_}, {"utc", start_event_.at("provenance").at("utc")}});
}

void Trainer::save() {
  const PhaseScope scope(ledger_, Phase::Checkpoint);
  log_->flush();
  Checkpoint c;
  c.step = work_;
  for (const NamedParameter& p : task_->parameters()) c.model[p.name] = p.tensor.detach();
  c.optimiser = optimiser_->save();
  if (gradients_) c.gradients = gradients_->save();
  c.state = {{"sampler", sampler_->save()},
             {"mixer", call_.is_null() ? mixer_->save() : mixer_before_},
             {"call", call_},
             {"ledger", ledger_.to_json()},
             {"p", p_},
             {"loss_weights", nullptr},
             {"counts", counts_},
             {"step", step_},
             {"steps", e_.steps},
             {"rounds", rounds_},
             {"tokens", tokens_},
             {"cut", cut_},
             {"cut_total", cut_total_},
             {"probe", nullptr},
             {"log_bytes", log_->bytes()}};
  if (loss_weights_) c.state["loss_weights"] = *loss_weights_;
  if (probe_) {
    c.state["probe"] = {{"done", probe_->done}, {"state", probe_->state}};
    c.snapshot = probe_->snapshot;
  }
  save_checkpoint(folder_, c, e_.keep_checkpoints);
}

void Trainer::log_ledger() {
  nlohmann::json event = ledger_.to_json();
  event["event"] = "ledger";
  event["step"] = step_;
  const auto n = static_cast<double>(task_->parameter_count());
  const auto t = static_cast<double>(rounds_);
  // The paper's own bill (App. D, Table 4): 6 N D_t for training, T m^2 N for R&B.
  event["formula_flops"] = {{"train", 6.0 * n * static_cast<double>(tokens_)}};
  if (needs_.gradient_gram) event["formula_flops"]["method"] = t * static_cast<double>(m_ * m_) * n;
  event["peak_bytes"] = gradients_ ? gradients_->bytes() : 0.0;
  event["uncovered"] = ledger_.uncovered();
  log_->append(event);
}

void Trainer::finish() {
  if (const auto finished = mixer_->finish()) log_->append({{"event", "finished"}, {"weights", *finished}});
  log_->append({{"event", "cut"}, {"examples", cut_}, {"total", cut_total_}});
  if (e_.save_model == "on") {
    const PhaseScope scope(ledger_, Phase::Checkpoint);
    task_->save(folder_ / "model");
  }
  log_ledger();
}

}  // namespace rnb
