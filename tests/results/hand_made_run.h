#pragma once
// A small run written by hand as its events, so that tests know every number that should come back.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb::test {

struct HandMadeRun {
  std::string run_id = "a1", label = "rnb", dataset = "wordnet", grouping = "original", seed = "0";
  std::string steps = "20", store_digest = "d0", status = "complete";  // status "": no end event
  std::vector<std::string> original{"noun.food", "verb.motion"}, active = original;
  double test_loss = 5.5, train_seconds = 10, signal_seconds = 1, update_seconds = 0.5, regroup_seconds = 0;
  bool shared_machine = false;
  std::map<std::string, std::string>
      settings{};           // keys of the experiment beside seed, steps, method, grouping
  double kept_seconds = 0;  // of probes whose steps the run keeps
};

// start, cut, signal, mixture, two step events, two evaluations, a ledger, final_eval, warning, end.
std::vector<nlohmann::json> events_of(const HandMadeRun& run);

// Writes events.jsonl into a new folder <parent>/<run_id> and returns that.
std::filesystem::path write_events(const std::filesystem::path& parent, const std::string& run_id,
                                   const std::vector<nlohmann::json>& events);

// write_events and write_run_h5; returns the run.h5.
std::filesystem::path make_run(const std::filesystem::path& parent, const HandMadeRun& run);

std::string read_bytes(const std::filesystem::path& file);

// A folder of its own for one test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rnb::test
