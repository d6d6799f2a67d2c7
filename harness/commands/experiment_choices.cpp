#include "harness/commands/experiment_choices.h"

#include "harness/config/experiment_keys.h"
#include "methods/core/registry.h"
#include "models/clip_sizes.h"
#include "models/model_sizes.h"

namespace rnb {

std::vector<std::string> names_of_devices() {
  return {"cpu", "cuda"};
}

std::vector<std::string> names_of_models() {
  std::vector<std::string> names;
  for (const ModelSize& size : model_sizes()) names.emplace_back(size.name);
  return names;
}

std::vector<std::string> names_of_trainees() {
  std::vector<std::string> names = names_of_models();
  for (const ClipSize& size : clip_sizes()) names.emplace_back(size.name);
  return names;
}

ChoicesByOption experiment_choices() {
  ChoicesByOption choices{{"method", {registered_names<MethodSpec>()}},
                          {"model", {names_of_trainees(), /*also_files=*/true}},
                          {"device", {names_of_devices()}}};
  for (const KeyField& key : key_fields())
    if (std::vector<std::string> words = words_of(key); !words.empty())
      choices[key.name] = {std::move(words)};
  return choices;
}

}  // namespace rnb
