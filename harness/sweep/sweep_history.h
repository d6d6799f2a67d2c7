#pragma once
// What earlier sweeps into the same folder learned: <out>/sweep.json, run folder and seconds of each finished
// run. It only serves estimates; whether a run is finished is decided by the run itself.

#include <filesystem>
#include <map>
#include <string>

#include "harness/config/experiment.h"

namespace rnb {

class SweepHistory {
 public:
  struct Entry {
    std::string run_folder;
    double seconds = 0;
  };
  explicit SweepHistory(std::filesystem::path out);   // a damaged file counts as empty
  bool finished(const Experiment& e) const;           // and its run.h5 is still there
  void add(const Experiment& e, const Entry& entry);  // merges with what another sweep wrote meanwhile
  double mean_seconds() const;                        // 0: nothing known
  double mean_bytes() const;  // of the run folders that are still there, measured now; 0: nothing known

 private:
  std::map<std::string, Entry> read() const;
  std::filesystem::path out_;
  std::map<std::string, Entry> entries_;
};

}  // namespace rnb
