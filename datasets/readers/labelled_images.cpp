#include "datasets/readers/labelled_images.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/json_file.h"
#include "base/text.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDefaultTemplate = "a photo of a {}.";

std::vector<std::string> read_lines(const fs::path& file) {
  const std::string text = read_text_file(file);
  require_utf8(text, file.string());
  auto lines = lines_of(text);
  for (std::string& line : lines)
    if (line.ends_with('\r')) line.pop_back();
  return lines;
}

bool is_image(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".webp";
}

LabelledTask read_task(const fs::path& folder) {
  LabelledTask task;
  task.name = folder.filename().string();
  const fs::path classes = folder / "classes.txt", templates = folder / "templates.txt";
  std::set<std::string> seen;
  const auto lines = read_lines(classes);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const size_t tab = lines[i].find('\t');
    const std::string name = lines[i].substr(0, tab);
    const auto refuse = [&](std::string_view why) {
      fail("zero-shot", "{}:{}: the class '{}' {}", classes.string(), i + 1, name, why);
    };
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      refuse("is no name of a folder beside classes.txt");
    if (!seen.insert(name).second) refuse("is named twice");
    if (!fs::is_directory(folder / name)) refuse("has no folder of that name beside classes.txt");
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder / name))
      if (entry.is_regular_file() && is_image(entry.path())) files.push_back(entry.path());
    if (files.empty()) refuse("has no .jpg, .png or .webp in its folder");
    std::sort(files.begin(), files.end());
    for (fs::path& file : files) task.images.push_back({std::move(file), task.classes.size()});
    task.classes.push_back(tab == std::string::npos ? name : lines[i].substr(tab + 1));
  }
  if (task.classes.size() < 2)
    fail("zero-shot", "{}: names {} classes; expected at least 2", classes.string(), task.classes.size());
  if (fs::exists(templates)) {
    const auto given = read_lines(templates);
    for (size_t i = 0; i < given.size(); ++i) {
      if (given[i].empty()) continue;
      if (given[i].find("{}") == std::string::npos)
        fail("zero-shot", "{}:{}: '{}' has no {{}} where the class stands", templates.string(), i + 1,
             given[i]);
      task.templates.push_back(given[i]);
    }
  }
  if (task.templates.empty()) task.templates.emplace_back(kDefaultTemplate);
  return task;
}

}  // namespace

std::vector<LabelledTask> read_labelled_images(const fs::path& folder) {
  if (!fs::is_directory(folder))
    fail("zero-shot",
         "{}: is not a folder; expected classes.txt and one folder per class, or folders of such tasks",
         folder.string());
  const fs::path whole = folder.filename().empty() ? folder.parent_path() : folder;  // "tasks/"
  if (fs::exists(whole / "classes.txt")) return {read_task(whole)};
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(whole))
    if (fs::exists(entry.path() / "classes.txt")) folders.push_back(entry.path());
  if (folders.empty()) fail("zero-shot", "{}: has no classes.txt, nor has any folder in it", folder.string());
  std::sort(folders.begin(), folders.end());
  std::vector<LabelledTask> tasks;
  for (const fs::path& f : folders) tasks.push_back(read_task(f));
  return tasks;
}

std::string prompt_of(const std::string& prompt_template, const std::string& words) {
  std::string out = prompt_template;
  for (size_t at = out.find("{}"); at != std::string::npos; at = out.find("{}", at + words.size()))
    out.replace(at, 2, words);
  return out;
}

}  // namespace rnb
