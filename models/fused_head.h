#pragma once
// Output head + cross-entropy in one layer, in chunks of rows cut at domain borders. The gradients of hidden
// states and weight are computed in the forward pass (the logits of a chunk are at hand there) and scaled in
// backward.

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "models/linear_tracker.h"

namespace rnb {

struct HeadDomain {
  int64_t domain = 0;  // index in the grouping
  int64_t end = 0;     // one past its last row; rows of a domain are contiguous
};

struct HeadOutput {
  torch::Tensor loss;         // scalar: sum_r row_weight_r * loss_r; differentiable
  torch::Tensor row_loss;     // float32 [N], nats, detached
  torch::Tensor row_correct;  // bool [N]: the arg max is the target, detached
};

// rows [N, d] hidden states, weight [V, d], targets int64 [N], row_weight float32 [N] (the loss's normaliser
// and any loss weights). `domains` covers 0..N in order. tracker may be null, or not want "lm_head". With
// gradients disabled (evaluation) no gradient is computed.
HeadOutput fused_head(const torch::Tensor& rows, const torch::Tensor& weight, const torch::Tensor& targets,
                      const torch::Tensor& row_weight, const std::vector<HeadDomain>& domains,
                      LinearTracker* tracker, int64_t chunk_rows = 256);

}  // namespace rnb
