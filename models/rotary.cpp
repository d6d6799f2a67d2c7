#include "models/rotary.h"

namespace rnb {

RotaryTable rotary_table(int64_t positions, int64_t width, double theta, torch::Device device) {
  // In float32 step by step as transformers does, so that far positions have its angles too.
  const auto real = torch::dtype(torch::kFloat32).device(device);
  const auto frequency = torch::pow(theta, torch::arange(0, width, 2, real) / width).reciprocal();
  const auto angle = torch::arange(positions, real).unsqueeze(1) * frequency.unsqueeze(0);
  return {angle.cos(), angle.sin()};
}

void grow_rotary_table(RotaryTable& table, int64_t positions, int64_t width, double theta,
                       torch::Device device) {
  if (table.cos.defined() && table.cos.size(0) >= positions) return;
  const torch::InferenceMode outside(false);  // an evaluation may come first, training uses the table too
  const torch::NoGradGuard no_grad;
  table = rotary_table(positions, width, theta, device);
}

torch::Tensor rotate(const torch::Tensor& x, const RotaryTable& table) {
  const int64_t time = x.size(2), half = x.size(3) / 2;
  const auto cos = table.cos.slice(0, 0, time).to(x.scalar_type()),
             sin = table.sin.slice(0, 0, time).to(x.scalar_type());
  const auto first = x.slice(3, 0, half), second = x.slice(3, half);
  return torch::cat({first * cos - second * sin, second * cos + first * sin}, 3);
}

}  // namespace rnb
