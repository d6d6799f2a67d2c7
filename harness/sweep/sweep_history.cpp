#include "harness/sweep/sweep_history.h"

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "harness/sweep/sweep_plan.h"
#include "harness/sweep/sweep_size.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

std::string key_of(const Experiment& e) {
  return sha256_hex(identity_of(e)).substr(0, 16);
}

}  // namespace

SweepHistory::SweepHistory(fs::path out) : out_(std::move(out)), entries_(read()) {}

std::map<std::string, SweepHistory::Entry> SweepHistory::read() const {
  std::map<std::string, Entry> entries;
  std::error_code code;
  if (!fs::exists(out_ / "sweep.json", code)) return entries;
  try {
    const auto json = read_json_file(out_ / "sweep.json");
    for (const auto& [key, run] : json.at("runs").items())
      entries[key] = {run.at("run_folder").get<std::string>(), run.at("seconds").get<double>()};
  } catch (const Error&) {
    entries.clear();
  } catch (const nlohmann::json::exception&) {
    entries.clear();
  }
  return entries;
}

bool SweepHistory::finished(const Experiment& e) const {
  const auto it = entries_.find(key_of(e));
  std::error_code code;
  return it != entries_.end() && fs::exists(out_ / it->second.run_folder / "run.h5", code);
}

void SweepHistory::add(const Experiment& e, const Entry& entry) {
  entries_.merge(read());
  entries_[key_of(e)] = entry;
  nlohmann::json runs = nlohmann::json::object();
  for (const auto& [key, run] : entries_)
    runs[key] = {{"run_folder", run.run_folder}, {"seconds", run.seconds}};
  write_file_atomic(out_ / "sweep.json", nlohmann::json{{"runs", runs}}.dump(1) + "\n");
}

double SweepHistory::mean_bytes() const {
  double sum = 0, runs = 0;
  for (const auto& [key, run] : entries_) {
    std::error_code code;
    if (!fs::exists(out_ / run.run_folder / "run.h5", code)) continue;
    sum += folder_bytes(out_ / run.run_folder);
    ++runs;
  }
  return runs == 0 ? 0 : sum / runs;
}

double SweepHistory::mean_seconds() const {
  double sum = 0;
  for (const auto& [key, run] : entries_) sum += run.seconds;
  return entries_.empty() ? 0 : sum / static_cast<double>(entries_.size());
}

}  // namespace rnb
