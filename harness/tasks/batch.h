#pragma once
// Examples of a store as tensors: right-padded ids, and the places where a next token is predicted with a
// loss.

#include <cstdint>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "datasets/store/store.h"
#include "harness/tasks/sampler.h"
#include "models/fused_head.h"

namespace rnb {

// One row of a batch: pieces of text one after the other (a single example, unless packing).
struct RowSpec {
  int32_t domain = 0;
  std::vector<int64_t> examples;
};

struct Batch {
  torch::Tensor ids;                     // int64 [B, T]
  torch::Tensor pixels;                  // float32 [B, 3, S, S], of pairs only (clip_batch.h)
  torch::Tensor rows;                    // int64 [N]: flat places b * T + t whose next token counts
  torch::Tensor targets;                 // int64 [N]
  std::vector<int64_t> row_tokens;       // [B] how many of the N belong to row b
  std::vector<int32_t> row_domain;       // [B]
  std::vector<HeadDomain> head_domains;  // of the N places
  int64_t tokens = 0;                    // N
  int64_t cut = 0;                       // examples longer than the context
};

// Rows must be sorted by domain. `context` is the longest input: an example may have context + 1 tokens, the
// last of which is only predicted. On the host.
Batch collate(const Store& store, std::span<const RowSpec> rows, int64_t context);
// The same batch with its tensors on the device (device.h's to_device).
Batch on_device(const Batch& host, torch::Device device);

std::vector<RowSpec> one_example_per_row(std::span<const Draw> draws);
// Fills each row with further examples of its domain's stream while there is room.
std::vector<RowSpec> packed_rows(const Store& store, std::span<const Draw> draws, Sampler& sampler,
                                 int64_t context);

}  // namespace rnb
