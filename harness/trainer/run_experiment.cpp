#include "harness/trainer/run_experiment.h"

#include "base/error.h"
#include "base/json_file.h"
#include "harness/device/device.h"
#include "harness/device/device_clock.h"
#include "harness/trainer/provenance.h"
#include "harness/trainer/run_lock.h"
#include "harness/trainer/trainer.h"
#include "methods/core/registry.h"
#include "results/event_log.h"
#include "results/table_row.h"
#include "results/write_run_h5.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// "complete" when run.h5 came out of a finished log.
bool is_complete(const fs::path& folder) {
  if (!fs::exists(folder / "run.h5") || !fs::exists(folder / "events.jsonl")) return false;
  const auto last = last_event(folder / "events.jsonl");
  return last && last->value("event", "") == "end" && last->value("status", "") == "complete";
}

void print_resolved(const Experiment& e, const std::string& id) {
  fmt::print(stderr, "run {}\n", id);
  for (const ExperimentKey& key : experiment_keys()) {
    const std::string value = get_key(e, key.name);
    const auto origin = e.origin.find(key.name);
    if (!value.empty())
      fmt::print(stderr, "  {:22} {:28} {}\n", key.name, value,
                 origin == e.origin.end() ? "" : origin->second);
  }
}

nlohmann::json start_event(const Experiment& e, const Store& store, const Grouping& grouping,
                           const std::string& id, const RunSettings& settings) {
  nlohmann::json keys;
  for (const ExperimentKey& key : experiment_keys()) keys[key.name] = get_key(e, key.name);
  auto made = provenance(reproducer_line(e), settings.threads);
  made["shared_machine"] = settings.shared_machine;
  made["store_digest"] = store.digest();
  made["grouping_digest"] = grouping.digest;
  const std::string label = method_label(e.method, e.method_options);
  return {{"event", "start"},
          {"run_id", id},
          {"experiment", keys},
          {"proxy_for", settings.proxy_for},
          {"row", row_keys({store.name(), store.digest(), grouping.name, label}, canonical_text(e))},
          {"label", label},
          {"dataset", store.name()},
          {"grouping", grouping.name},
          {"provenance", made},
          {"domains", {{"original", store.domain_names()}, {"active", grouping.domain_names}}},
          {"grouping_manifest", grouping.manifest.is_null() ? nlohmann::json::object() : grouping.manifest}};
}

// Regroup is paid once per store, embedder and k; a run that finds it made is billed at its original cost.
void bill_regroup(Ledger& ledger, const Grouping& grouping) {
  if (!grouping.manifest.is_object()) return;
  ledger.bill(Phase::Regroup,
              grouping.manifest.value("seconds", 0.0) + grouping.manifest.value("embedding_seconds", 0.0),
              grouping.manifest.value("flops", 0.0) + grouping.manifest.value("embedding_flops", 0.0));
}

}  // namespace

RunResult run_experiment(const Experiment& e, const Store& store, const Grouping& grouping,
                         const RunSettings& settings) {
  const std::string id = run_id(e, store.digest(), grouping.digest);
  RunResult result;
  result.folder = settings.out / id;
  const fs::path& folder = result.folder;
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) fail("run", "{}: cannot be created: {}", folder.string(), code.message());
  const RunLock lock(folder);
  if (is_complete(folder) && settings.earlier != Earlier::StartOver) {
    result.finished_before = true;
    return result;
  }
  if (fs::exists(folder / "events.jsonl") && settings.earlier == Earlier::Refuse)
    fail("run", "{}: holds a run that was cut; --resume goes on with it, --fresh starts over",
         folder.string());
  if (settings.earlier == Earlier::StartOver)
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename() != "run.lock") fs::remove_all(entry.path());

  if (settings.proxy_for.empty()) print_resolved(e, id);
  Ledger ledger(make_clock(resolve_device(e.device)));
  if (settings.proxy_for.empty()) bill_regroup(ledger, grouping);
  nlohmann::json start;
  {
    const PhaseScope scope(ledger, Phase::Setup);
    start = start_event(e, store, grouping, id, settings);
  }
  {
    Trainer trainer(e, store, grouping, folder, std::move(start), ledger);
    result.outcome = trainer.run();
  }
  if (result.outcome.signal == 0) {
    EventLog log(folder / "events.jsonl");
    log.append({{"event", "end"}, {"status", "complete"}, {"utc", utc_now()}, {"message", ""}});
    log.flush();
  }
  write_run_h5(folder);
  result.seconds = ledger.wall_seconds();
  result.uncovered = ledger.uncovered();
  return result;
}

}  // namespace rnb
