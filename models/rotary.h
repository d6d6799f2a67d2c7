#pragma once
// Rotary positions (Su et al., 2104.09864), halves rotated against each other as Hugging Face's models have
// them.

#include <cstdint>

#include <torch/torch.h>

namespace rnb {

struct RotaryTable {
  torch::Tensor cos, sin;  // float32 [positions, width / 2]
};

// `width`: of a head, even. Angle of pair j at position t: t * theta^(-2 j / width).
RotaryTable rotary_table(int64_t positions, int64_t width, double theta, torch::Device device);

// Makes the table anew where it has fewer positions, so that a model can keep one for its longest sequence so
// far.
void grow_rotary_table(RotaryTable& table, int64_t positions, int64_t width, double theta,
                       torch::Device device);

// x [B, heads, T, width] -> the same shape, T at most the table's positions.
torch::Tensor rotate(const torch::Tensor& x, const RotaryTable& table);

}  // namespace rnb
