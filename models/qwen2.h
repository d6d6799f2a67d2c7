#pragma once
// Qwen2 as published (transformers' Qwen2ForCausalLM): RMS norms, rotary positions, grouped-query attention
// with biases on query, key and value, SwiGLU; the output head is tied to the input embedding or not.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/decoder.h"
#include "models/rotary.h"
#include "models/safetensors.h"

namespace rnb {

struct Qwen2Config {
  int64_t vocab_size = 0, width = 0, layers = 0, heads = 0, kv_heads = 0, inner = 0;
  int64_t head_width = 0;  // width / heads unless the configuration says otherwise
  int64_t max_positions = 0;
  double rms_norm_epsilon = 1e-6, theta = 10'000;
  bool tied = false;
  std::vector<int64_t> window;                            // [layers]; 0: the layer sees all earlier positions
  nlohmann::json special_ids = nlohmann::json::object();  // bos_token_id and the like, kept as they were
};

Qwen2Config read_qwen2_config(const std::filesystem::path& config_json);  // Error naming file and key

class Qwen2 : public Decoder {
 public:
  // Weights drawn from `seed` (weights.h).
  Qwen2(Qwen2Config config, int64_t context, uint64_t seed, torch::Device device);
  // Weights from a Hugging Face folder's tensors; missing, extra or wrongly shaped ones are an Error.
  Qwen2(Qwen2Config config, int64_t context, const TensorMap& tensors, const std::string& where,
        torch::Device device);

  torch::Tensor block(size_t i, const torch::Tensor& x) const override;
  torch::Tensor head_weight() override { return config_.tied ? token_embedding_ : head_; }
  nlohmann::json config() const override;
  int64_t vocab_size() const override { return config_.vocab_size; }

 private:
  struct Block {
    torch::Tensor norm1, norm2;
    Linear query, key, value, output, gate, up, down;
  };
  void build(const MakeTensor& make);
  torch::Tensor embed(const torch::Tensor& ids) override;
  torch::Tensor final_norm(const torch::Tensor& x) const override { return normalise(final_norm_, x); }
  torch::Tensor normalise(const torch::Tensor& weight, const torch::Tensor& x) const;
  torch::Tensor attend(const Block& block, int64_t window, const torch::Tensor& x) const;

  Qwen2Config config_;
  torch::Tensor token_embedding_, head_, final_norm_;
  std::vector<Block> blocks_;
  RotaryTable rotary_;  // for the longest sequence so far
};

}  // namespace rnb
