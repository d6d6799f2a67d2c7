#pragma once
// What a row of transformer blocks computes, and what autograd keeps of it, in counts. Each model family
// gives its own; harness/bill/step_cost makes FLOPs and bytes of it.

#include <cstdint>
#include <vector>

namespace rnb {

// Tensors of the MLP's width, one number per place and unit of that width.
struct MlpShape {
  int64_t matrices = 2;   // width x inner each
  int64_t inputs = 1;     // linear layers that read the norm's output
  int64_t kept = 2;       // tensors that the backward pass finds
  int64_t alive = 2;      // tensors that exist at the same moment when nothing is kept
  int64_t gradients = 1;  // gradients of such tensors that exist at the same moment
};
// Before and after the activation.
inline constexpr MlpShape kGeluMlp{};
// x sigmoid(1.702 x) is a product of its own.
inline constexpr MlpShape kQuickGeluMlp{.kept = 3, .alive = 4};
// down(SiLU(gate(x)) * up(x)): gate, its SiLU, up and their product.
inline constexpr MlpShape kGatedMlp{.matrices = 3, .inputs = 2, .kept = 4, .alive = 4, .gradients = 2};

// RMS norms are made of simpler operators, which keep what they scale.
enum class NormKind { Layer, Rms };

struct BlockShape {
  int64_t layers = 0, width = 0, heads = 0, inner = 0;  // inner: width of the MLP
  int64_t query = 0, kv = 0;  // heads x width of a head: of the queries, of the keys (and values)
  std::vector<int64_t> windows =
      {};  // [layers], positions that a layer sees, 0: all; empty: all layers see all
  NormKind norm = NormKind::Layer;
  MlpShape mlp = kGeluMlp;
  int64_t attention_inputs =
      3;  // linear layers that read the first norm's output; 1 where q, k, v are one matrix
};

}  // namespace rnb
