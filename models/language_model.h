#pragma once
// A causal language model split where the bench needs it: the body gives hidden states, the output head is
// applied by fused_head (fused_head.h), so that all N x V logits never exist at once and per-domain gradients
// come for free.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>
#include <nlohmann/json.hpp>

#include "models/block_shape.h"
#include "models/named_parameter.h"
#include "models/recomputed_block.h"

namespace rnb {

class LinearTracker;  // linear_tracker.h: sees (input rows, output-gradient rows) of chosen linear layers

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  // ids: int64 [B, T], right-padded (causal attention: padding after the end changes nothing before it).
  // Returns hidden states after the final norm, [B, T, d].
  virtual torch::Tensor hidden(const torch::Tensor& ids) = 0;
  // Hidden states between the blocks, after half of them (no final norm), [B, T, d].
  virtual torch::Tensor middle(const torch::Tensor& ids) = 0;
  virtual torch::Tensor head_weight() = 0;                     // [V, d]
  virtual bool tied_head() const = 0;                          // is the head the input embedding?
  virtual std::vector<NamedParameter> parameters() const = 0;  // tied ones once; fixed order
  // Names of the linear layers in forward order, output head last ("lm_head"): what `last n linear` counts.
  virtual std::vector<std::string> linear_names() const = 0;
  virtual void track(LinearTracker* tracker) = 0;  // nullptr: none. Not owned.
  virtual void keep_activations(Activations which) = 0;
  virtual BlockShape block_shape() const = 0;  // for the bill of a step
  virtual nlohmann::json config() const = 0;   // Hugging Face config.json
  virtual int64_t context() const = 0;         // longest T
  virtual int64_t vocab_size() const = 0;
  int64_t parameter_count() const;
};

// `size`: a name of model_sizes.h, or a Hugging Face folder (its weights are loaded) of a registered family
// (language_model_family.h). For a named size the vocabulary is `vocab_size` and the weights are drawn from
// `seed` (counter-based, the same on every machine). context > 0 overrides the named size's; it must not
// exceed a folder's. On the meta device the model has shapes alone, and of a folder only config.json is read.
// Throws UsageError for an unknown name, Error naming file and key or tensor for a folder that is not
// understood.
std::unique_ptr<LanguageModel> make_language_model(const std::string& size, int64_t vocab_size,
                                                   int64_t context, uint64_t seed, torch::Device device);

// config.json and model.safetensors, by the rules of save_model.h.
void save_hugging_face(const LanguageModel& model, const std::filesystem::path& folder);

}  // namespace rnb
