#pragma once
// Where the files of Super-NaturalInstructions lie: the official repository's folder (tasks/*.json,
// splits/default/*.txt), an archive of its task files alone, or the flat mirror (train/*.jsonl,
// test/*.jsonl), at any depth below what was named.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rnb {

struct SniLists {
  std::set<std::string> train, test;
};

struct SniFolder {
  bool flat = false;                                   // JSON lines, one file per task
  std::map<std::string, std::filesystem::path> tasks;  // by name
  std::optional<SniLists> lists;                       // of the official split; none where none were found
  std::vector<std::filesystem::path> list_files;       // that `lists` was read from
};

// `splits`: a folder with train_tasks.txt and test_tasks.txt, or its name in the data's splits/. Error
// (naming `who`) where there are no task files, where several folders hold some, or where named lists are
// missing.
SniFolder find_sni_folder(const std::filesystem::path& from, const std::string& splits,
                          const std::string& who);

}  // namespace rnb
