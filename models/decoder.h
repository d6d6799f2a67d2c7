#pragma once
// What the causal language models share: a row of blocks between an embedding and a final norm, parameters by
// name, linear layers that a tracker may look at, and blocks that are computed again in the backward pass to
// save memory.

#include <string>
#include <vector>

#include "models/language_model.h"
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

  const std::vector<torch::Tensor>& block_parameters(size_t i) const override { return block_parameters_[i]; }

 protected:
  Decoder(std::string component, int64_t context, int64_t positions)
      : component_(std::move(component)), context_(context), positions_(positions) {}
  // To be called once all parameters are listed; those of block i have names that start with
  // `block_prefix` + i + ".".
  void finish(const ParameterList& list, const std::string& block_prefix, size_t blocks);

  virtual torch::Tensor embed(const torch::Tensor& ids) = 0;
  virtual torch::Tensor final_norm(const torch::Tensor& x) const = 0;
  torch::Tensor apply(const Linear& layer, const torch::Tensor& x) const;
  int64_t positions() const { return positions_; }

 private:
  torch::Tensor run(const torch::Tensor& ids, size_t count);  // the embedding and the first `count` blocks

  std::string component_;
  int64_t context_, positions_;
  std::vector<NamedParameter> parameters_;
  std::vector<std::string> linear_names_;
  std::vector<std::vector<torch::Tensor>> block_parameters_;
  LinearTracker* tracker_ = nullptr;
  Activations activations_ = Activations::Keep;
};

// Causal attention, q [B, H, T, e], k and v [B, G, T, e] with G a divisor of H -> [B, T, H e]. Position t
// sees the last `window` positions, itself included; 0: all.
torch::Tensor causal_attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                               double scale, int64_t window);

}  // namespace rnb
