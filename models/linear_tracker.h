#pragma once
// Per-domain gradients of linear layers, from the rows that one backward pass produces anyway (R&B, App.
// E.1): g_i = sum over rows r of domain i of outgrad_r (x) input_r.

#include <functional>
#include <string>

#include <torch/torch.h>

namespace rnb {

class LinearTracker {
 public:
  virtual ~LinearTracker() = default;
  virtual bool wants(const std::string& layer) const = 0;
  // A body layer's backward: input [B, T, in], outgrad [B, T, out], batch rows in the batch's (domain-sorted)
  // order.
  virtual void body_layer(const std::string& layer, const torch::Tensor& input,
                          const torch::Tensor& outgrad) = 0;
  // The output head's weight gradient of one domain of the batch, of the loss as it is back-propagated, in
  // blocks of vocabulary rows: `block` [b, d] is rows first .. first + b of the [vocabulary, d] gradient.
  // Together the blocks of a domain are its whole gradient; blocks are small enough to stay in the
  // processor's cache.
  virtual void head_block(int64_t domain, int64_t first, int64_t vocabulary, const torch::Tensor& block) = 0;
  // The squared norm of that whole gradient, after its blocks. It costs products of its own, so the tracker
  // calls `squared_norm` only where it wants the number, and in its own accounting.
  virtual void head_squared_norm(int64_t domain, const std::function<double()>& squared_norm) = 0;
  // (layer, domain, gradient): the whole weight gradient of a layer of one domain's loss terms, where it is
  // not a sum over the domain's rows (contrastive_head.h). All of it is extra work: the tracker calls
  // `gradient` in its own accounting.
  virtual void domain_gradient(const std::string&, int64_t, const std::function<torch::Tensor()>&) {}
};

}  // namespace rnb
