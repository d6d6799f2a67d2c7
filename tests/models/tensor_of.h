#pragma once
// A fixture's .npy file as a tensor.

#include <algorithm>
#include <filesystem>

#include <torch/torch.h>

#include "base/npy.h"

namespace rnb {

template <typename T>
torch::Tensor tensor_of(const NpyArray& array) {
  auto tensor = torch::empty(array.shape(), torch::CppTypeToScalarType<T>::value);
  const auto values = array.values<T>();
  std::copy(values.begin(), values.end(), tensor.template data_ptr<T>());
  return tensor;
}

template <typename T>
torch::Tensor tensor_of(const std::filesystem::path& file) {
  return tensor_of<T>(NpyArray(file));
}

}  // namespace rnb
