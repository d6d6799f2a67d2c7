#pragma once
// What the causal language models share: a row of blocks between an embedding and a final norm, parameters by
// name, linear layers that a tracker may look at, and blocks that are computed again in the backward pass to
// save memory.

#include <string>
#include <vector>

#include "models/language_model.h"
#include "models/model_source.h"
#include "models/recomputed_block.h"
#include "models/weights.h"

namespace rnb {

class Decoder : public LanguageModel, public BlockStack {
 public:
  torch::Tensor hidden(const torch::Tensor& ids) override;
  torch::Tensor middle(const torch::Tensor& ids) override;
  std::vector<NamedParameter> parameters() const override { return parameters_; }
  std::vector<std::string> linear_names() const override;
  void track(LinearTracker* tracker) override { tracker_ = tracker; }
  void keep_activations(Activations which) override { activations_ = which; }
  int64_t context() const override { return context_; }
  int64_t vocab_size() const override { return vocab_size_; }

  const std::vector<torch::Tensor>& block_parameters(size_t i) const override { return block_parameters_[i]; }

 protected:
  // `component` tags errors. UsageError when the source asks for a longer context than there are positions.
  Decoder(std::string component, const ModelSource& source, int64_t positions, int64_t vocab_size);
  // To be called once all parameters are listed; those of block i have names that start with
  // `block_prefix` + i + ".".
  void finish(const ParameterList& list, const std::string& block_prefix, size_t blocks);

  virtual torch::Tensor embed(const torch::Tensor& ids) = 0;           // int64 [B, T] -> [B, T, d]
  virtual torch::Tensor final_norm(const torch::Tensor& x) const = 0;  // [B, T, d] -> [B, T, d]
  torch::Tensor apply(const Linear& layer, const torch::Tensor& x) const;

 private:
  torch::Tensor run(const torch::Tensor& ids, size_t count);  // the embedding and the first `count` blocks

  std::string component_;
  int64_t context_, positions_, vocab_size_;
  std::vector<NamedParameter> parameters_;
  std::vector<std::string> linear_names_;
  std::vector<std::vector<torch::Tensor>> block_parameters_;
  LinearTracker* tracker_ = nullptr;
  Activations activations_ = Activations::Keep;
};

// [B, T, H e] -> [B, H, T, e]; `head_width` is e.
torch::Tensor split_heads(const torch::Tensor& x, int64_t head_width);

// Causal attention, q [B, H, T, e], k and v [B, G, T, e] with G a divisor of H -> [B, T, H e]. Position t
// sees the last `window` positions, itself included; 0: all.
torch::Tensor causal_attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                               double scale, int64_t window);

}  // namespace rnb
