#include "tests/results/hand_made_run.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "results/write_run_h5.h"

namespace rnb::test {
namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<Json> events_of(const HandMadeRun& run) {
  const size_t m = run.active.size(), n = run.original.size();
  const std::vector<double> equal(m, 1.0 / static_cast<double>(m));
  std::vector<double> first_heavy(m, 0.0);
  first_heavy[0] = 0.75;
  first_heavy[m - 1] += 0.25;
  const Json phases = {
      {"train", {{"seconds", run.train_seconds}, {"flops", 6e9}, {"bytes", 0}, {"calls", 20}, {"billed", 0}}},
      {"signal",
       {{"seconds", run.signal_seconds}, {"flops", 3e8}, {"bytes", 64}, {"calls", 20}, {"billed", 0}}},
      {"update", {{"seconds", run.update_seconds}, {"flops", 0}, {"bytes", 0}, {"calls", 2}, {"billed", 0}}},
      {"regroup",
       {{"seconds", run.regroup_seconds},
        {"flops", 0},
        {"bytes", 0},
        {"calls", 0},
        {"billed", run.regroup_seconds}}},
      {"eval_report", {{"seconds", 2}, {"flops", 1e9}, {"bytes", 0}, {"calls", 2}, {"billed", 0}}}};
  const Json domains_loss = {{"loss", std::vector<double>(n, 5.0)}, {"tokens", std::vector<double>(n, 40)}};
  Json active_loss = {{"loss", std::vector<double>(m, 5.0)}, {"tokens", std::vector<double>(m, 40)}};
  active_loss["loss"][0] = nullptr;  // a domain without tokens
  const auto evaluation = [&](int step, const char* split, double loss) {
    return Json{{"event", "eval"},
                {"step", step},
                {"split", split},
                {"loss", loss},
                {"domain_mean_loss", loss + 0.25},
                {"accuracy", 0.125},
                {"tokens", 80},
                {"original", domains_loss},
                {"active", active_loss}};
  };
  std::vector<Json> events{
      {{"event", "start"},
       {"run_id", run.run_id},
       {"experiment",
        {{"seed", run.seed}, {"steps", run.steps}, {"method", run.label}, {"grouping", run.grouping}}},
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
       {"train_examples", std::vector<int>(m, 100)},
       {"evaluation_weights", equal}},
      {{"event", "signal"},
       {"step", 0},
       {"call", "init"},
       {"data", {{"losses", equal}}},
       {"record", Json::object()}},
      {{"event", "mixture"}, {"step", 0}, {"first_used", 1}, {"p", equal}, {"reason", "init"}},
      {{"event", "step"},
       {"step", 1},
       {"loss", 7.5},
       {"lr", 0.001},
       {"grad_norm", nullptr},
       {"tokens", 64},
       {"flops", 3e8},
       {"seconds", 0.5},
       {"counts", std::vector<int>(m, 4)},
       {"epochs", std::vector<double>(m, 0.04)}},
      {{"event", "mixture"}, {"step", 10}, {"first_used", 11}, {"p", first_heavy}, {"reason", "on_round"}},
      evaluation(10, "valid", 6.25),
      {{"event", "step"},
       {"step", 20},
       {"loss", 6.0},
       {"lr", 0.0},
       {"grad_norm", 1.5},
       {"tokens", 1280},
       {"flops", 6e9},
       {"seconds", run.train_seconds},
       {"counts", std::vector<int>(m, 76)},
       {"epochs", std::vector<double>(m, 0.8)}},
      {{"event", "warning"}, {"step", 20}, {"code", "starved"}, {"text", "verb.motion gets < 1 %"}},
      evaluation(20, "test", run.test_loss),
      evaluation(20, "valid", 5.75),
      {{"event", "final_eval"},
       {"split", "test"},
       {"id", {"ex-1", "ex-ü", "ex-3"}},
       {"loss", {10.5, nullptr, 0.0}},
       {"tokens", {3, 2, 1}}},
      {{"event", "cut"}, {"examples", 7}, {"total", 160}},
      {{"event", "ledger"},
       {"step", 20},
       {"wall_seconds", 14.0},
       {"phases", phases},
       {"modules", {{"train", {{"aten::mm", 4e9}, {"aten::bmm", 2e9}}}, {"signal", {{"aten::mm", 3e8}}}}},
       {"peak_bytes", 4096},
       {"uncovered", 0.01},
       {"formula_flops", {{"train", 8e9}, {"method", 2e6}}}}};
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
