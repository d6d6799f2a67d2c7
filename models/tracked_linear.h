#pragma once
// x W^T + b that shows its rows to a LinearTracker in the backward pass.

#include <string>

#include <torch/torch.h>

#include "models/linear_tracker.h"

namespace rnb {

// x [B, T, in], weight [out, in], bias [out] or undefined. Plain torch::linear unless the tracker wants the
// layer.
torch::Tensor tracked_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                             LinearTracker* tracker, const std::string& layer);

}  // namespace rnb
