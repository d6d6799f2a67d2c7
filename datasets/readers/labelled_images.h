#pragma once
// Folders of labelled images, for zero-shot classification.
//
//   TASK/classes.txt     one class per line: the folder of its images, or "folder<TAB>words for the prompt"
//   TASK/templates.txt   prompts, one per line, {} where the class stands; optional
//   TASK/<folder>/*.jpg|png|webp
//
// The folder given is one task, or holds tasks.

#include <filesystem>
#include <string>
#include <vector>

namespace rnb {

struct LabelledTask {
  std::string name;
  std::vector<std::string> classes;    // words for the prompt
  std::vector<std::string> templates;  // at least one
  struct Item {
    std::filesystem::path file;
    size_t label = 0;
  };
  std::vector<Item> images;  // by class, then by name
};

// Throws Error naming file and line: no classes.txt, a class without images, a template without {}.
std::vector<LabelledTask> read_labelled_images(const std::filesystem::path& folder);

std::string prompt_of(const std::string& prompt_template, const std::string& words);

}  // namespace rnb
