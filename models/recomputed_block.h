#pragma once
// A block whose inner activations are not kept for the backward pass, which computes them again from its
// input.

#include <cstddef>
#include <vector>

#include <torch/torch.h>

namespace rnb {

// What the backward pass finds of the forward pass: all of it, or the blocks' inputs, from which it computes
// the rest again (less memory, a second forward pass; the same numbers).
enum class Activations { Keep, Recompute };

class BlockStack {
 public:
  virtual ~BlockStack() = default;
  // Block i on [B, T, d].
  virtual torch::Tensor block(size_t i, const torch::Tensor& x) const = 0;
  virtual const std::vector<torch::Tensor>& block_parameters(size_t i) const = 0;
};

// stack.block(i, x) with the same numbers, forward and backward, bit for bit. The stack must outlive the
// backward pass and have the same tracker in it.
torch::Tensor recomputed_block(const BlockStack& stack, size_t i, const torch::Tensor& x);

}  // namespace rnb
