#pragma once
// Where a run computes.

#include <string>

#include <torch/torch.h>

namespace rnb {

// "cpu", "cuda", "cuda:1". Error with a hint where there is no such device. Asked for CUDA it opens
// LibTorch's CUDA part.
torch::Device resolve_device(const std::string& name);

// LibTorch's CUDA part is a library of its own beside the rest, which a program that computes on the CPU does
// not load. Empty once it is open, else why it is not.
std::string open_cuda_part();

// A host tensor on the device: through pinned memory and without waiting, so that the copy overlaps with what
// the device computes. On the CPU the tensor itself.
torch::Tensor to_device(const torch::Tensor& host, torch::Device device);

// Of the whole process. `tf32`: float32 matrix products of a GPU in TF32. `deterministic`: only kernels that
// repeat bit for bit; an operator that has none throws.
struct Arithmetic {
  bool tf32 = false, deterministic = false;
};
void set_arithmetic(Arithmetic how);

}  // namespace rnb
