#pragma once
// A small Super-NaturalInstructions folder written by hand in the official format.

#include <string>

#include <fmt/format.h>

#include "tests/base/scratch_folder.h"

namespace rnb {

// `instances`: the text between the brackets of "Instances".
inline std::string sni_task_text(const std::string& category, const std::string& instances,
                                 const std::string& language = "English") {
  return R"({
 "Contributors": ["A. Person"],
 "Categories": [")" +
         category + R"(", "Second"],
 "Definition": ["Do what is asked"],
 "Input_language": [")" +
         language + R"("],
 "Output_language": ["English"],
 "Positive Examples": [{"input": "[{\"x\": 1}]", "output": "\\", "explanation": ""}],
 "Instances": [)" +
         instances + R"(],
 "URL": ["https://example.org"]
}
)";
}

// "task7-0" to "task7-(n-1)" of task 7.
inline std::string sni_instances(int task, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    const std::string id = "task" + std::to_string(task) + "-" + std::to_string(i);
    out += std::string(i ? "," : "") + "\n  {\"id\": \"" + id + "\", \"input\": \"question " +
           std::to_string(i) + " of " + std::to_string(task) + "\", \"output\": [\"answer " +
           std::to_string(i * task) + "\"]}";
  }
  return out;
}

// Train tasks 1 and 2 (category Sums) and 3 (Words), test task 4 (Titles), task 5 in no list; `n` instances
// each.
inline void write_sni_folder(const ScratchFolder& folder, int n) {
  for (const auto& [task, category] :
       {std::pair{1, "Sums"}, {2, "Sums"}, {3, "Words"}, {4, "Titles"}, {5, "Other"}})
    folder.write("ni/tasks/task" + std::to_string(task) + "_t.json",
                 sni_task_text(category, sni_instances(task, n)));
  folder.write("ni/tasks/README.md", "not a task");
  folder.write("ni/splits/default/train_tasks.txt", "task1_t\ntask2_t\r\ntask3_t\ntask9_not_here\n");
  folder.write("ni/splits/default/test_tasks.txt", "task4_t\n");
  folder.write("ni/splits/default/excluded_tasks.txt", "task5_t\n");
}

// Rows of the flat mirror: instances 0 to n - 1 of a task, and what follows them.
inline std::string flat_sni_rows(int task, int n, const std::string& more = "") {
  std::string out;
  for (int i = 0; i < n; ++i)
    out += fmt::format(
        R"({{"task_name": "task{0}_t", "id": "task{0}-{1}", "definition": "Do", "inputs": "q{1}", "targets": "a{1}"}})"
        "\n",
        task, i);
  return out + more;
}

// Train tasks 1 and 2, test task 4.
inline void write_flat_sni(const ScratchFolder& folder) {
  folder.write("flat/train/task1_t.jsonl", flat_sni_rows(1, 3));
  folder.write(
      "flat/train/task2_t.jsonl",
      flat_sni_rows(
          2, 3,
          R"({"task_name": "task2_t", "id": "task2-2", "definition": "Do", "inputs": "q2", "targets": "another"}
{"task_name": "task2_t", "id": "task2-3", "definition": "Do", "inputs": "q", "targets": ""}
)"));
  folder.write("flat/test/task4_t.jsonl", flat_sni_rows(4, 3));
}

}  // namespace rnb
