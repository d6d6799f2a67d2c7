#pragma once
// Language models by config.json's model_type. A family is one file, which ends in
// RNB_REGISTER(LanguageModelFamily, .name = "gpt_neo", .make = ...): see docs/adding-a-model.md.

#include <functional>
#include <memory>
#include <string>

#include "base/registry.h"
#include "models/language_model.h"
#include "models/model_source.h"

namespace rnb {

struct LanguageModelFamily {
  std::string name;  // model_type of the Hugging Face folders that it loads; the file has this name too
  // Error naming the file and the key or tensor, where the family does not compute what they ask for.
  std::function<std::unique_ptr<LanguageModel>(const ModelSource&)> make;
};

}  // namespace rnb
