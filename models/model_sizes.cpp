#include "models/model_sizes.h"

#include <algorithm>
#include <sstream>

#include "base/registry.h"

namespace rnb {

std::span<const ModelSize> model_sizes() {
  static const std::vector<ModelSize> sizes = [] {
    std::vector<ModelSize> all;
    for (const SizedFamily& family : registry<SizedFamily>())
      for (const ModelSize& size : family.sizes) {
        all.push_back(size);
        all.back().family = &family;
      }
    return all;
  }();
  return sizes;
}

const ModelSize* find_model_size(std::string_view name) {
  for (const ModelSize& size : model_sizes())
    if (size.name == name) return &size;
  return nullptr;
}

int64_t positions_of(const ModelSize& size, int64_t context) {
  return std::max(size.context, context);
}

int64_t parameter_count(const ModelSize& size, int64_t vocab_size, int64_t context) {
  return size.family->parameter_count(size, vocab_size, positions_of(size, context));
}

std::vector<std::string> model_types() {
  std::vector<std::string> types;
  std::istringstream list(RNB_LANGUAGE_MODELS);
  for (std::string type; std::getline(list, type, ',');) types.push_back(type);
  return types;
}

}  // namespace rnb
