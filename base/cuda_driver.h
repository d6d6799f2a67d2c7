#pragma once
// Is there an NVIDIA driver? For programs that do not link LibTorch and would learn late that a GPU is
// missing.

namespace rnb {

bool has_cuda_driver();  // libcuda.so.1 can be opened; says nothing of LibTorch's own CUDA part

}  // namespace rnb
