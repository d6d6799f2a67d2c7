#pragma once
// Fixtures' .npy files as tensors, and the oracle environment's Python.

#include <algorithm>
#include <filesystem>

#include <torch/torch.h>

#include "base/npy.h"

namespace rnb {

inline const std::filesystem::path kEncoderFixtures = RNB_SOURCE_DIR "/tests/models/encoder/fixtures";
inline const std::filesystem::path kOraclePython = RNB_SOURCE_DIR "/.venv-oracle/bin/python";

template <typename T>
torch::Tensor tensor_of(const std::filesystem::path& file) {
  const NpyArray array(file);
  auto tensor = torch::empty(array.shape(), torch::CppTypeToScalarType<T>::value);
  const auto values = array.values<T>();
  std::copy(values.begin(), values.end(), tensor.template data_ptr<T>());
  return tensor;
}

}  // namespace rnb
