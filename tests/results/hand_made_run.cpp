#include "tests/results/hand_made_run.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "results/table_row.h"
#include "results/write_run_h5.h"

namespace rnb::test {
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

Json cost(double seconds, double flops, int calls, double bytes = 0, double billed = 0) {
  return {{"seconds", seconds}, {"flops", flops}, {"bytes", bytes}, {"calls", calls}, {"billed", billed}};
}

Json phases_of(const HandMadeRun& run) {
  Json phases{{"train", cost(run.train_seconds, 6e9, 20)},
              {"signal", cost(run.signal_seconds, 3e8, 20, 64)},
              {"update", cost(run.update_seconds, 0, 2)},
              {"regroup", cost(run.regroup_seconds, 0, 0, 0, run.regroup_seconds)},
              {"eval_report", cost(2, 1e9, 2)}};
  if (run.kept_seconds > 0) phases["probe_kept"] = cost(run.kept_seconds, 2e9, 1);
  return phases;
}

std::vector<double> equal_shares(size_t domains) {
  return std::vector<double>(domains, 1.0 / static_cast<double>(domains));
}

Json start_of(const HandMadeRun& run) {
  Json experiment{
      {"seed", run.seed}, {"steps", run.steps}, {"method", run.label}, {"grouping", run.grouping}};
  RowKeys row{{"dataset", run.dataset},
              {"store", run.store_digest},
              {"grouping", run.grouping},
              {"method", run.label},
              {"steps", run.steps}};
  for (const auto& [key, value] : run.settings) experiment[key] = row[key] = value;
  return {{"event", "start"},
          {"run_id", run.run_id},
          {"experiment", experiment},
          {"row", row},
          {"label", run.label},
          {"dataset", run.dataset},
          {"grouping", run.grouping},
          {"provenance",
           {{"command_line", "rnb run --note 'größer, \"besser\"'"},
            {"threads", 2},
            {"versions", {{"hdf5", "1.10.8"}}},
            {"utc", "2026-01-02T03:04:05Z"},
            {"store_digest", run.store_digest},
            {"shared_machine", run.shared_machine}}},
          {"domains", {{"original", run.original}, {"active", run.active}}},
          {"grouping_manifest", Json::object()},
          {"parameters", 12345},
          {"train_examples", std::vector<int>(run.active.size(), 100)},
          {"evaluation_weights", equal_shares(run.active.size())}};
}

Json step(int step, double loss, double lr, const Json& gradient_norm, int tokens, double flops,
          double seconds, const std::vector<int>& counts, const std::vector<double>& epochs) {
  return {{"event", "step"},
          {"step", step},
          {"loss", loss},
          {"lr", lr},
          {"grad_norm", gradient_norm},
          {"tokens", tokens},
          {"flops", flops},
          {"seconds", seconds},
          {"counts", counts},
          {"epochs", epochs}};
}

Json evaluation(const HandMadeRun& run, int step, const char* split, double loss) {
  const size_t m = run.active.size(), n = run.original.size();
  Json active{{"loss", std::vector<double>(m, 5.0)}, {"tokens", std::vector<double>(m, 40)}};
  active["loss"][0] = nullptr;  // a domain without tokens
  return {{"event", "eval"},
          {"step", step},
          {"split", split},
          {"loss", loss},
          {"domain_mean_loss", loss + 0.25},
          {"accuracy", 0.125},
          {"tokens", 80},
          {"original", {{"loss", std::vector<double>(n, 5.0)}, {"tokens", std::vector<double>(n, 40)}}},
          {"active", active}};
}

Json ledger_of(const HandMadeRun& run) {
  return {{"event", "ledger"},
          {"step", 20},
          {"wall_seconds", 14.0},
          {"phases", phases_of(run)},
          {"modules", {{"train", {{"aten::mm", 4e9}, {"aten::bmm", 2e9}}}, {"signal", {{"aten::mm", 3e8}}}}},
          {"peak_bytes", 4096},
          {"uncovered", 0.01},
          {"formula_flops", {{"train", 8e9}, {"method", 2e6}}}};
}

}  // namespace

std::vector<Json> events_of(const HandMadeRun& run) {
  const size_t m = run.active.size();
  const std::vector<double> equal = equal_shares(m);
  std::vector<double> first_heavy(m, 0.0);
  first_heavy[0] = 0.75;
  first_heavy[m - 1] += 0.25;
  std::vector<Json> events{
      start_of(run),
      {{"event", "signal"},
       {"step", 0},
       {"call", "init"},
       {"data", {{"losses", equal}}},
       {"record", Json::object()}},
      {{"event", "mixture"}, {"step", 0}, {"first_used", 1}, {"p", equal}, {"reason", "init"}},
      step(1, 7.5, 0.001, nullptr, 64, 3e8, 0.5, std::vector<int>(m, 4), std::vector<double>(m, 0.04)),
      {{"event", "mixture"}, {"step", 10}, {"first_used", 11}, {"p", first_heavy}, {"reason", "on_round"}},
      evaluation(run, 10, "valid", 6.25),
      step(20, 6.0, 0.0, 1.5, 1280, 6e9, run.train_seconds, std::vector<int>(m, 76),
           std::vector<double>(m, 0.8)),
      {{"event", "warning"}, {"step", 20}, {"code", "starved"}, {"text", "verb.motion gets < 1 %"}},
      evaluation(run, 20, "test", run.test_loss),
      evaluation(run, 20, "valid", 5.75),
      {{"event", "final_eval"},
       {"split", "test"},
       {"id", {"ex-1", "ex-ü", "ex-3"}},
       {"loss", {10.5, nullptr, 0.0}},
       {"tokens", {3, 2, 1}}},
      {{"event", "cut"}, {"examples", 7}, {"total", 160}},
      ledger_of(run)};
  if (!run.status.empty())
    events.push_back(
        {{"event", "end"}, {"status", run.status}, {"utc", "2026-01-02T03:05:00Z"}, {"message", ""}});
  return events;
}

fs::path write_events(const fs::path& parent, const std::string& run_id, const std::vector<Json>& events) {
  const fs::path folder = parent / run_id;
  fs::create_directories(folder);
  std::ofstream out(folder / "events.jsonl", std::ios::binary);
  for (const Json& e : events) out << e.dump() << '\n';
  if (!out.flush()) throw std::runtime_error("events.jsonl could not be written");
  return folder;
}

fs::path make_run(const fs::path& parent, const HandMadeRun& run) {
  const fs::path folder = write_events(parent, run.run_id, events_of(run));
  write_run_h5(folder);
  return folder / "run.h5";
}

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "rnb-results-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace rnb::test
