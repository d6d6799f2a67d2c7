#pragma once
// A parameter of a model under Hugging Face's name.

#include <string>

#include <torch/torch.h>

namespace rnb {

struct NamedParameter {
  std::string name;
  torch::Tensor tensor;
};

}  // namespace rnb
