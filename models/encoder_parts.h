#pragma once
// What the text encoders share: their folder's tensors, checks of a batch, pooling.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "models/safetensors.h"

namespace rnb {

// A folder's tensors, which may stand under a model's prefix ("bert.", "model.").
class EncoderTensors {
 public:
  EncoderTensors() = default;
  EncoderTensors(const std::filesystem::path& folder, std::string component,
                 std::vector<std::string> prefixes, torch::Device device);
  // As float32 on the device; Error when it is missing or has another shape.
  torch::Tensor get(const std::string& name, const std::vector<int64_t>& shape) const;

 private:
  std::string component_, where_;
  std::vector<std::string> prefixes_;
  TensorMap tensors_;
  torch::Device device_ = torch::kCPU;
};

struct NormOrLinear {
  torch::Tensor weight, bias;  // bias may be undefined
};

// ids and mask of one shape, n x T with T at most `positions`, and at least one token in each row.
void check_encoder_batch(const torch::Tensor& ids, const torch::Tensor& mask, int64_t positions,
                         const std::string& component);

// [B, 1, 1, T], true where a token may be looked at; undefined where there is no padding.
torch::Tensor padding_mask(const torch::Tensor& mask);

// [B, T, d] -> [B, d]: the mean over the tokens, of unit length.
torch::Tensor pooled_mean(const torch::Tensor& x, const torch::Tensor& mask);

}  // namespace rnb
