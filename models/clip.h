#pragma once
// CLIP as published (OpenAI; transformers' CLIPModel): a vision transformer and a causal text transformer,
// pooled at the class token and at the end-of-text token, projected to one space. The loss is
// contrastive_head's.

#include <functional>
#include <string>
#include <vector>

#include "models/clip_config.h"
#include "models/linear_tracker.h"
#include "models/named_parameter.h"
#include "models/recomputed_block.h"
#include "models/safetensors.h"
#include "models/weights.h"

namespace rnb {

class Clip : public BlockStack {
 public:
  // Weights drawn from `seed`, keyed by parameter name, with transformers' deviations (its _init_weights).
  Clip(ClipConfig config, uint64_t seed, torch::Device device);
  // Weights from a Hugging Face folder's tensors; missing, extra or wrongly shaped ones are an Error.
  Clip(ClipConfig config, const TensorMap& tensors, const std::string& where, torch::Device device);

  // Pooled features before the projection, after the tower's last norm.
  // pixels [B, 3, S, S] -> [B, vision width]
  torch::Tensor image_features(const torch::Tensor& pixels);
  // ids int64 [B, T], `ends` int64 [B]: the place of each row's end-of-text -> [B, text width]. What follows
  // it in the row is not seen.
  torch::Tensor text_features(const torch::Tensor& ids, const torch::Tensor& ends);
  // Where transformers pools: int64 [B]. Error when a row has no end-of-text.
  torch::Tensor ends_of(const torch::Tensor& ids) const;

  const torch::Tensor& image_projection() const { return visual_projection_; }  // [E, vision width]
  const torch::Tensor& text_projection() const { return text_projection_; }     // [E, text width]
  const torch::Tensor& logit_scale() const { return logit_scale_; }             // scalar, ln of the scale
  // Unit vectors [B, E] of features.
  torch::Tensor image_embeddings(const torch::Tensor& features) const;
  torch::Tensor text_embeddings(const torch::Tensor& features) const;

  std::vector<NamedParameter> parameters() const { return parameters_; }
  // Vision, text, then "visual_projection" and "text_projection".
  std::vector<std::string> linear_names() const;
  // nullptr: none. Not owned. Sees all but the projections.
  void track(LinearTracker* tracker) { tracker_ = tracker; }
  void keep_activations(Activations which) { activations_ = which; }

  // Both towers' blocks, vision first.
  torch::Tensor block(size_t i, const torch::Tensor& x) const override;
  const std::vector<torch::Tensor>& block_parameters(size_t i) const override { return block_parameters_[i]; }
  const ClipConfig& config() const { return config_; }

 private:
  struct Block {
    LayerNorm norm1, norm2;
    Linear query, key, value, output, expand, contract;
  };
  struct Tower {
    ClipTower shape;
    bool causal = false;
    std::vector<Block> blocks;
  };
  // `deviation` of the normal that a random weight is drawn from.
  using MakeTensor =
      std::function<torch::Tensor(const std::string& name, std::vector<int64_t> shape, double deviation)>;
  void build(const MakeTensor& make);
  torch::Tensor apply(const Linear& layer, const torch::Tensor& x) const;
  // `first`: the number of the tower's first block.
  torch::Tensor run(const Tower& tower, size_t first, torch::Tensor x) const;

  ClipConfig config_;
  torch::Tensor token_embedding_, text_positions_, class_embedding_, patch_embedding_, image_positions_;
  torch::Tensor visual_projection_, text_projection_, logit_scale_;
  Tower text_, vision_;
  LayerNorm text_norm_, vision_norm_before_, vision_norm_after_;
  std::vector<NamedParameter> parameters_;
  std::vector<std::vector<torch::Tensor>> block_parameters_;
  LinearTracker* tracker_ = nullptr;
  Activations activations_ = Activations::Keep;
};

struct ClipVocabulary {  // of a named size
  int64_t size = 0, eos_token_id = 0;
};
// A named size (clip_sizes.h), or a Hugging Face folder. context > 0: positions of a named size; no more than
// a folder's.
Clip make_clip(const std::string& size, const ClipVocabulary& words, int64_t context, uint64_t seed,
               torch::Device device);
// config.json and model.safetensors, by the rules of save_model.h.
void save_hugging_face(const Clip& model, const std::filesystem::path& folder);

torch::Tensor unit_rows(const torch::Tensor& x);  // [n, d], each row divided by its Euclidean norm

}  // namespace rnb
