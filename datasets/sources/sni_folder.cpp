#include "datasets/sources/sni_folder.h"

#include <algorithm>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/sources/path_list.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr int kDeepest = 4;  // folders below --from that are looked into
constexpr size_t kMostFolders = 10'000;
constexpr uintmax_t kLargestList = 16 << 20;

bool is_task_file(const fs::directory_entry& entry, const char* extension) {
  std::error_code code;
  return entry.is_regular_file(code) && entry.path().extension() == extension &&
         entry.path().filename().string().starts_with("task");
}

// `folder` and all below it, shallow ones first.
std::vector<fs::path> folders_below(const fs::path& folder) {
  std::vector<fs::path> out{folder};
  size_t level = 0;
  for (int depth = 0; depth < kDeepest; ++depth) {
    const size_t end = out.size();
    for (; level < end; ++level) {
      std::error_code code;  // a folder that cannot be looked into holds nothing
      for (const auto& entry : fs::directory_iterator(out[level], code))
        if (entry.is_directory(code) && !entry.path().filename().string().starts_with('.'))
          out.push_back(entry.path());
      if (out.size() > kMostFolders)
        fail("sni", "{}: holds more than {} folders; name the one with the tasks with --from",
             folder.string(), kMostFolders);
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(end), out.end());
  }
  return out;
}

void add_tasks(const fs::path& folder, const char* extension, std::map<std::string, fs::path>& tasks) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_task_file(entry, extension)) tasks.emplace(entry.path().stem().string(), entry.path());
}

bool holds(const fs::path& folder, const char* extension) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (is_task_file(entry, extension)) return true;
  return false;
}

// One name per line.
std::set<std::string> read_list(const fs::path& file) {
  if (fs::file_size(file) > kLargestList)
    fail("sni", "{}: {} bytes; expected a list of task names, one per line", file.string(),
         fs::file_size(file));
  std::set<std::string> names;
  const std::string text = read_text_file(file);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string name = text.substr(at, end - at);
    at = end + 1;
    while (!name.empty() && (name.back() == '\r' || name.back() == ' ')) name.pop_back();
    if (name.ends_with(".json")) name.resize(name.size() - 5);
    if (!name.empty()) names.insert(std::move(name));
  }
  if (names.empty()) fail("sni", "{}: is empty; expected task names, one per line", file.string());
  return names;
}

bool has_lists(const fs::path& folder) {
  return fs::is_regular_file(folder / "train_tasks.txt") && fs::is_regular_file(folder / "test_tasks.txt");
}

void find_lists(const fs::path& from, const fs::path& task_folder, const std::string& splits,
                const std::string& who, SniFolder& out) {
  fs::path found;
  std::vector<fs::path> places;
  for (const fs::path& root : {task_folder.parent_path(), task_folder, from})
    places.push_back(root / "splits" / splits);
  places.emplace_back(splits);  // a path of its own
  for (const fs::path& place : places)
    if (found.empty() && has_lists(place)) found = place;
  if (found.empty()) {
    if (splits == "default") return;
    fail_usage(who,
               "splits={}: found no train_tasks.txt and test_tasks.txt in {}; expected a folder that holds "
               "them, or its name in splits/",
               splits, path_list(places));
  }
  out.list_files = {found / "train_tasks.txt", found / "test_tasks.txt"};
  out.lists = SniLists{read_list(out.list_files[0]), read_list(out.list_files[1])};
}

[[noreturn]] void no_tasks(const fs::path& from, const std::string& who) {
  fail(who,
       "{}: holds no task files; expected the folder of allenai/natural-instructions (tasks/task*.json, "
       "splits/default/), one with task*.json, or a flat mirror's (train/task*.jsonl)",
       from.string());
}

}  // namespace

SniFolder find_sni_folder(const fs::path& from, const std::string& splits, const std::string& who) {
  SniFolder out;
  if (!fs::is_directory(from)) no_tasks(from, who);
  const auto folders = folders_below(from);
  std::vector<fs::path> official, flat;
  for (const fs::path& folder : folders) {
    if (holds(folder, ".json")) official.push_back(folder);
    if (holds(folder, ".jsonl")) flat.push_back(folder);
  }
  if (official.size() > 1)
    fail(who, "{}: several folders hold task files: {}; name one with --from", from.string(),
         path_list(official));
  if (!official.empty()) {
    add_tasks(official.front(), ".json", out.tasks);
    find_lists(from, official.front(), splits, who, out);
    return out;
  }
  if (flat.empty()) no_tasks(from, who);
  out.flat = true;
  for (const fs::path& folder : flat) add_tasks(folder, ".jsonl", out.tasks);
  find_lists(from, flat.front(), splits, who, out);
  if (!out.lists && flat.size() > 1) {  // the mirror's own folders are the split
    SniLists lists;
    for (const auto& [name, file] : out.tasks)
      (file.parent_path().filename() == "test" ? lists.test : lists.train).insert(name);
    out.lists = std::move(lists);
  }
  return out;
}

}  // namespace rnb
