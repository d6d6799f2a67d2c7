#pragma once
// A block whose inner activations are not kept for the backward pass, which computes them again from its
// input.

#include <cstddef>

#include <torch/torch.h>

namespace rnb {

class Decoder;

// decoder.block(i, x) with the same numbers, forward and backward, bit for bit. The decoder must outlive the
// backward pass and have the same tracker in it.
torch::Tensor recomputed_block(const Decoder& decoder, size_t i, const torch::Tensor& x);

}  // namespace rnb
