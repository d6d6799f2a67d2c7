#pragma once
// Which tasks of Super-NaturalInstructions a store is made of.

#include <string>
#include <vector>

#include "datasets/source.h"
#include "datasets/sources/sni_folder.h"
#include "datasets/sources/sni_task.h"

namespace rnb {

enum class SniKind {
  Tasks,
  UnseenTasks
};  // UnseenTasks: trained on the train list, evaluated on the test list

struct SniChoice {
  std::vector<SniTask> train;                // sorted by name; all of them for SniKind::Tasks
  std::vector<SniTask> evaluation;           // of the test list; empty for SniKind::Tasks
  std::vector<BadRow> broken;                // files that do not describe a task
  std::vector<std::string> notes;            // what is not there, what was left out
  std::vector<std::filesystem::path> files;  // everything that the choice and its instances are read from
  bool flat = false;
};

// Reads the heads of the task files. Error or UsageError where nothing usable is there.
SniChoice choose_sni_tasks(const SourceOptions& options, SniKind kind, const std::string& who);

}  // namespace rnb
