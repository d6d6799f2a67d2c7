#pragma once
// What a run's method saw and decided, read back for replay.

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

struct RecordedSignals {
  std::vector<nlohmann::json> signals;        // {"call", "step", "data"}, in order
  bool has_mixtures = false;                  // false: a file of signals only
  std::vector<std::vector<double>> mixtures;  // every decision about the sampling weights, in order
};

// A run folder, a run.h5, or JSON lines: a run's events.jsonl, or signals without "event". Error when there
// are no signals in it.
RecordedSignals read_recorded_signals(const std::filesystem::path& place);

}  // namespace rnb
