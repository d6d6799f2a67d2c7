#include "datasets/sources/sni_tasks.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr uintmax_t kLargestTable = 64 << 20;

// What is known of a flat file's task from elsewhere.
using Categories = std::map<std::string, SniTask>;

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) out.push_back(cell);
  if (!out.empty() && out.back().ends_with('\r')) out.back().pop_back();
  return out;
}

// A table with tabs whose first line names its columns, `task` and `category` among them.
void read_table(const fs::path& file, const std::string& who, Categories& out) {
  if (fs::file_size(file) > kLargestTable)
    fail(who, "{}: {} bytes; expected a table of tasks and categories", file.string(), fs::file_size(file));
  std::istringstream in(read_text_file(file));
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  const auto column = [&](const char* name) {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end())
      fail(who,
           "{}:1: there is no column '{}'; expected a table with tabs, its first line naming `task` and "
           "`category`",
           file.string(), name);
    return static_cast<size_t>(it - names.begin());
  };
  const size_t task = column("task"), category = column("category");
  for (int64_t number = 2; std::getline(in, line); ++number) {
    if (line.empty() || line == "\r") continue;
    const auto row = cells(line);
    if (row.size() <= std::max(task, category) || row[task].empty() || row[category].empty())
      fail(who, "{}:{}: has no task or no category", file.string(), number);
    out[row[task]] = SniTask{row[task], {}, {}, row[category], true};
  }
}

// categories=: official task files (their folder) or tables, with commas between several.
Categories read_categories(const SourceOptions& o, const std::string& who, SniChoice& choice) {
  const std::string& given = o.text("categories");
  if (given.empty())
    fail_usage(who,
               "{}: flat files name no categories; expected --option categories=PATH, the folder of the "
               "official task "
               "files or a table with the columns task and category",
               o.from.string());
  Categories out;
  std::istringstream paths(given);
  bool tables = false;
  for (std::string path; std::getline(paths, path, ',');) {
    if (fs::is_regular_file(path)) {
      read_table(path, who, out);
      choice.files.emplace_back(path);
      tables = true;
      continue;
    }
    if (!fs::is_directory(path)) fail_usage(who, "categories={}: is neither a folder nor a file", path);
    for (const auto& [name, file] : find_sni_folder(path, "default", who).tasks) {
      const auto read = read_sni_task(file);
      if (const auto* task = std::get_if<SniTask>(&read)) out[name] = *task;
      choice.files.push_back(file);
    }
  }
  if (tables)
    choice.notes.push_back(
        "the languages of the tasks are not known from a table; none was left out for its language");
  return out;
}

// A task's file read, or why it cannot be.
std::variant<SniTask, BadRow> described(const std::string& name, const fs::path& file,
                                        const Categories* categories) {
  if (!categories) return read_sni_task(file);
  const auto it = categories->find(name);
  if (it == categories->end())
    return BadRow{file.string(), fmt::format("categories= names no category of the task '{}'", name)};
  SniTask task = it->second;
  task.name = name;
  task.file = file;
  return task;
}

struct Wanted {
  std::vector<std::string> train, evaluation;
};

Wanted wanted_tasks(const SniFolder& folder, const SourceOptions& o, SniKind kind, const std::string& who,
                    SniChoice& choice) {
  const std::string split = kind == SniKind::Tasks ? o.text("split") : "listed";
  const auto here = [&](const std::set<std::string>& list, const char* which) {
    std::vector<std::string> out;
    for (const std::string& name : list)
      if (folder.tasks.contains(name)) out.push_back(name);
    if (out.size() < list.size())
      choice.notes.push_back(fmt::format("{} of the {} tasks in {} have no file here",
                                         list.size() - out.size(), list.size(), which));
    return out;
  };
  Wanted wanted;
  if (!folder.lists && (kind == SniKind::UnseenTasks || split == "train" || split == "test"))
    fail_usage(who,
               "{}: found no split lists; expected splits/default/ with train_tasks.txt and test_tasks.txt "
               "beside the "
               "tasks, or --option splits=FOLDER",
               o.from.string());
  if (kind == SniKind::UnseenTasks) {
    wanted = {here(folder.lists->train, "train_tasks.txt"), here(folder.lists->test, "test_tasks.txt")};
    for (const auto* list : {&wanted.train, &wanted.evaluation})
      if (list->empty())
        fail(who, "{}: none of the tasks in {}_tasks.txt is there", o.from.string(),
             list == &wanted.train ? "train" : "test");
    return wanted;
  }
  if (!folder.lists || split == "all") {
    for (const auto& [name, file] : folder.tasks) wanted.train.push_back(name);
    if (split != "all") choice.notes.push_back("there are no split lists: all task files are used");
    return wanted;
  }
  if (split != "test") wanted.train = here(folder.lists->train, "train_tasks.txt");
  if (split != "train") {
    const auto more = here(folder.lists->test, "test_tasks.txt");
    wanted.train.insert(wanted.train.end(), more.begin(), more.end());
  }
  std::sort(wanted.train.begin(), wanted.train.end());
  wanted.train.erase(std::unique(wanted.train.begin(), wanted.train.end()), wanted.train.end());
  return wanted;
}

// The n tasks whose names have the smallest hashes: the same for any order, and whatever other tasks are left
// out.
void take_seeded(std::vector<SniTask>& tasks, int64_t n, uint64_t seed, const std::string& who) {
  if (n == 0) return;
  if (n > static_cast<int64_t>(tasks.size()))
    fail_usage(who, "tasks={}; {} tasks can be chosen from here", n, tasks.size());
  const auto key = [&](const SniTask& t) { return std::pair(hash64(t.name, seed ^ 0x7a5c5ULL), t.name); };
  std::sort(tasks.begin(), tasks.end(), [&](const SniTask& a, const SniTask& b) { return key(a) < key(b); });
  tasks.resize(static_cast<size_t>(n));
  std::sort(tasks.begin(), tasks.end(), [](const SniTask& a, const SniTask& b) { return a.name < b.name; });
}

}  // namespace

SniChoice choose_sni_tasks(const SourceOptions& o, SniKind kind, const std::string& who) {
  const SniFolder folder = find_sni_folder(o.from, o.text("splits"), who);
  SniChoice choice;
  choice.flat = folder.flat;
  choice.files = folder.list_files;
  std::optional<Categories> categories;
  if (folder.flat) categories = read_categories(o, who, choice);
  const Wanted wanted = wanted_tasks(folder, o, kind, who, choice);
  const bool english_only = o.text("languages") == "english";
  int64_t foreign = 0;
  for (const auto& [names, tasks] :
       {std::pair{&wanted.train, &choice.train}, {&wanted.evaluation, &choice.evaluation}})
    for (const std::string& name : *names) {
      auto read = described(name, folder.tasks.at(name), categories ? &*categories : nullptr);
      if (auto* broken = std::get_if<BadRow>(&read)) {
        choice.broken.push_back(std::move(*broken));
      } else if (SniTask& task = std::get<SniTask>(read); task.english || !english_only) {
        tasks->push_back(std::move(task));
      } else {
        ++foreign;
      }
    }
  take_seeded(choice.train, o.count("tasks"), o.seed, who);
  if (foreign > 0)
    choice.notes.push_back(
        fmt::format("{} tasks were left out: their input or output is not in English", foreign));
  if (choice.train.empty() && choice.broken.empty())
    fail(who, "{}: none of its tasks is in English; --option languages=all takes them all", o.from.string());
  for (const auto* tasks : {&choice.train, &choice.evaluation})
    for (const SniTask& task : *tasks) choice.files.push_back(task.file);
  return choice;
}

}  // namespace rnb
