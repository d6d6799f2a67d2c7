#pragma once
// The table of an experiment's keys: where each is stored, what it may be. Only experiment.cpp and the grid
// expansion look at types; everybody else sees text.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "harness/config/experiment.h"

namespace rnb {

// What happens to the run id when a key has its default value.
enum class AtDefault {
  Named,    // it is part of the id
  LeftOut,  // keys that came later: the ids of earlier runs stay
};

struct KeyField {
  using Member =
      std::variant<std::string Experiment::*, int64_t Experiment::*, uint64_t Experiment::*,
                   int Experiment::*, double Experiment::*, bool Experiment::*, Schedule Experiment::*,
                   LossMean Experiment::*, SamplerMode Experiment::*, Precision Experiment::*>;
  std::string name;
  Member member;
  double low = 0, high = 0;  // numbers: allowed range, both ends included
  bool in_run_id = true;     // false for what cannot change results
  AtDefault at_default = AtDefault::Named;
  std::string help = {};
};

// Without "method-option", which is a map.
const std::vector<KeyField>& key_fields();
const KeyField* find_key_field(const std::string& name);  // nullptr: unknown
// Keys that hold whole numbers: "1..3" is a range for these and plain text for all others.
bool is_integer_key(const std::string& name);
// "cosine", "linear", "constant" (experiment_words.h); empty: its values are no choice among words.
std::vector<std::string> words_of(const KeyField& key);
std::vector<std::string> experiment_key_names();
std::string normal_key(std::string name);  // "min_lr" -> "min-lr"

}  // namespace rnb
