#pragma once
// What the values of an experiment's keys may be, for completion.

#include <string>
#include <vector>

#include "harness/commands/command.h"

namespace rnb {

ChoicesByOption experiment_choices();          // by key, of those that are a matter of words
std::vector<std::string> names_of_devices();   // what --device may be, but for cuda:N
std::vector<std::string> names_of_models();    // sizes of language models
std::vector<std::string> names_of_trainees();  // of all that a run can train: CLIPs too

}  // namespace rnb
