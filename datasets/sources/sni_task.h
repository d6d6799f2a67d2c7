#pragma once
// One task of Super-NaturalInstructions: what its file says about it, and its instances one by one.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datasets/source.h"

namespace rnb {

struct SniTask {
  std::string name;
  std::filesystem::path file;
  std::string definition;  // the first one
  std::string category;    // Categories[0]
  bool english = true;     // input and output language; true where the format does not say
};

// How an instance becomes text.
struct SniLayout {
  // Definition and input with a blank line after each, or as the authors' own training code has them.
  enum class Prompt { Plain, TkInstruct };
  enum class Output { First, Seeded };  // of several outputs; Seeded: by (id, seed)
  Prompt layout = Prompt::Plain;
  Output output = Output::First;
  uint64_t seed = 0;
  std::string prompt(const std::string& definition, const std::string& input) const;
};

// Reads an official file up to what describes the task. BadRow's reason where a key is missing.
std::variant<SniTask, BadRow> read_sni_task(const std::filesystem::path& file);

// Instances that are left out without being mistakes, counted.
struct SniLeftOut {
  int64_t without_output = 0;   // every output is empty
  int64_t further_targets = 0;  // flat files: a row for each output of an instance; the first one counts
};

// The instances of a task as examples; `left_out` outlives the source.
std::unique_ptr<Source> open_sni_task(const SniTask& task, const SniLayout& layout, SniLeftOut& left_out);
std::unique_ptr<Source> open_flat_sni_task(const SniTask& task, const SniLayout& layout,
                                           SniLeftOut& left_out);

}  // namespace rnb
