#pragma once
// AdamW (Loshchilov & Hutter) on LibTorch's fused kernel, with its state in the open so that a checkpoint can
// hold it. No weight decay on biases and norms (one-dimensional parameters).

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "models/language_model.h"
#include "models/safetensors.h"

namespace rnb {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.01;
};

class AdamW {
 public:
  AdamW(std::vector<NamedParameter> parameters, AdamWOptions options);
  void zero_grad();
  double clip_grad_norm(double limit);  // returns the norm before clipping; limit <= 0: no clipping
  void step(double lr);
  TensorMap save() const;
  void load(const TensorMap& saved);

 private:
  struct Group {
    std::vector<torch::Tensor> parameters, first, second, steps;
    double weight_decay = 0;
  };
  std::vector<NamedParameter> named_;
  AdamWOptions options_;
  Group groups_[2];  // with decay, without
};

}  // namespace rnb
