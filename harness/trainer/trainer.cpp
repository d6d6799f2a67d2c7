#include "harness/trainer/trainer.h"

#include <deque>
#include <utility>

#include "base/progress.h"
#include "base/stop_signal.h"
#include "harness/trainer/budget.h"
#include "harness/trainer/pause_point.h"
#include "harness/trainer/run_log.h"
#include "methods/core/replay.h"

namespace rnb {
namespace {

using Exchanges = std::deque<nlohmann::json>;  // {"request", "answer"}

// What was served up to the cut: to the mixer's first call, and since its last whole call, which is what
// belongs to the one that was cut.
std::pair<Exchanges, Exchanges> served_before_cut(const std::filesystem::path& log) {
  Exchanges at_init, since;
  for_each_event(log, [&](int64_t, const nlohmann::json& event) {
    if (event.at("event") != "signal") return;
    if (event.at("call") == "service") {
      since.push_back(event.at("data"));
      return;
    }
    if (event.at("call") == "init") at_init = std::move(since);
    since.clear();
  });
  return {std::move(at_init), std::move(since)};
}

}  // namespace

Trainer::Trainer(const Experiment& experiment, const Store& store, const Grouping& grouping,
                 std::filesystem::path run_folder, nlohmann::json start_event, Ledger& ledger)
    : flop_counter_(ledger),
      run_(make_run(experiment, store, grouping, std::move(run_folder), std::move(start_event), ledger)),
      stepper_(run_, [this](const BatchView& view) { return calls_.on_batch(view); }),
      services_(run_, stepper_),
      calls_(run_, services_) {}

RunOutcome Trainer::run() {
  try {
    start();
    Progress progress(fmt::format("{} seed {}: step", run_.start_event.at("label").get<std::string>(),
                                  run_.experiment.seed),
                      run_.steps());
    while (run_.step() < run_.steps()) {
      stepper_.take(run_.state.course.p, Phase::Train);
      log_after_step(run_, stepper_.last());
      calls_.after_step(stepper_.last());
      progress.update(run_.step(), fmt::format("loss {:.3f}", stepper_.last().loss));
      if (run_.step() < run_.steps()) pause_point(run_);
    }
  } catch (const Interrupted&) {
    return {stop_signal(), 0, run_.step()};
  }
  const double test_loss = log_final_reports(run_);
  finish();
  return {0, test_loss, run_.step()};
}

void Trainer::start() {
  if (const auto checkpoint = load_newest_checkpoint(run_.folder))
    go_on(*checkpoint);
  else
    start_fresh();
}

void Trainer::start_fresh() {
  run_.log = std::make_unique<EventLog>(run_.folder / "events.jsonl", 0);
  run_.start_event["parameters"] = run_.task().parameter_count();
  run_.start_event["train_examples"] = run_.data.domains.train_examples;
  run_.start_event["evaluation_weights"] = run_.data.domains.evaluation;
  run_.log->append(run_.start_event);
  calls_.init(signal_to_json(run_.data.domains));
  serve_needs(run_);
  settle_budget(run_);
}

// Everything as the checkpoint has it, and the call of the mixer that the run was cut in, if any.
void Trainer::go_on(const Checkpoint& checkpoint) {
  run_.log = std::make_unique<EventLog>(run_.folder / "events.jsonl",
                                        checkpoint.state.at("log_bytes").get<int64_t>());
  auto [at_init, since] = served_before_cut(run_.folder / "events.jsonl");
  load(run_.state, run_.ledger, checkpoint);
  run_.log->append(
      {{"event", "resume"}, {"step", run_.step()}, {"utc", run_.start_event.at("provenance").at("utc")}});
  const nlohmann::json pending = run_.state.pending.call;
  if (pending.is_object() && pending.at("call") == "init") {
    services_.remember(std::move(since));
    calls_.make_again(pending);
    serve_needs(run_);
    settle_budget(run_);
    return;
  }
  services_.remember(std::move(at_init));
  {
    const OpenServices open(services_, true);
    run_.state.mixer->init(run_.data.domains, services_);
  }
  services_.check_all_asked();
  serve_needs(run_);
  load_method(run_.state, checkpoint, run_.device);
  if (!pending.is_object()) return;
  services_.remember(std::move(since));
  calls_.make_again(pending);
}

void Trainer::finish() {
  if (const auto finished = run_.state.mixer->finish())
    run_.log->append({{"event", "finished"}, {"weights", *finished}});
  const Counters& counters = run_.state.learner.counters;
  run_.log->append({{"event", "cut"}, {"examples", counters.cut}, {"total", counters.cut_total}});
  if (run_.experiment.save_model) {
    const PhaseScope scope(run_.ledger, Phase::Checkpoint);
    run_.task().save(run_.folder / "model");
  }
  log_ledger(run_);
}

}  // namespace rnb
