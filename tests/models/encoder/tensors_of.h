#pragma once
// Where the encoders' fixtures are; their .npy files as tensors.

#include <filesystem>

#include "tests/models/tensor_of.h"

namespace rnb {

inline const std::filesystem::path kEncoderFixtures = RNB_SOURCE_DIR "/tests/models/encoder/fixtures";

}  // namespace rnb
