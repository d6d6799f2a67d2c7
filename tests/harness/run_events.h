#pragma once
// What two runs' logs can be compared by.

#include <filesystem>
#include <string>
#include <vector>

#include "results/event_log.h"

namespace rnb {

// The folder of the one run in `out`; empty where there is none.
inline std::filesystem::path only_run(const std::filesystem::path& out) {
  for (const auto& entry : std::filesystem::directory_iterator(out)) return entry.path();
  return {};
}

// Everything of a log that does not depend on the clock, the place, or on having been cut.
inline std::vector<nlohmann::json> comparable_events(const std::filesystem::path& run) {
  std::vector<nlohmann::json> out;
  for (auto event : read_events(run / "events.jsonl")) {
    const auto kind = event.at("event").get<std::string>();
    if (kind == "start" || kind == "resume" || kind == "interrupt" || kind == "end" || kind == "ledger")
      continue;
    event.erase("seconds");
    out.push_back(event);
  }
  return out;
}

}  // namespace rnb
