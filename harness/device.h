#pragma once
// Where a run computes.

#include <string>

#include <torch/torch.h>

namespace rnb {

// "cpu", "cuda", "cuda:1". Error with a hint where there is no such device.
torch::Device resolve_device(const std::string& name);

// A host tensor on the device: through pinned memory and without waiting, so that the copy overlaps with what the device
// computes. On the CPU the tensor itself.
torch::Tensor to_device(const torch::Tensor& host, torch::Device device);

}  // namespace rnb
