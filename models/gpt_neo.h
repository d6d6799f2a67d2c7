#pragma once
// GPT-Neo as published (EleutherAI; transformers' GPTNeoForCausalLM): learned positions, alternating global
// and local causal attention, no scaling of attention scores, GELU-new, output head tied to the input
// embedding.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/decoder.h"
#include "models/safetensors.h"

namespace rnb {

struct GptNeoConfig {
  int64_t vocab_size = 0, width = 0, layers = 0, heads = 0, inner = 0;  // inner: width of the MLP
  int64_t max_positions = 0, window = 256;
  double layer_norm_epsilon = 1e-5;
  std::vector<bool> local;  // [layers] local attention?
};

GptNeoConfig read_gpt_neo_config(const std::filesystem::path& config_json);  // Error naming file and key

class GptNeo : public Decoder {
 public:
  // Weights drawn from `seed` (weights.h).
  GptNeo(GptNeoConfig config, int64_t context, uint64_t seed, torch::Device device);
  // Weights from a Hugging Face folder's tensors; missing, extra or wrongly shaped ones are an Error.
  GptNeo(GptNeoConfig config, int64_t context, const TensorMap& tensors, const std::string& where,
         torch::Device device);

  torch::Tensor block(size_t i, const torch::Tensor& x) const override;
  torch::Tensor head_weight() override { return token_embedding_; }
  nlohmann::json config() const override;
  int64_t vocab_size() const override { return config_.vocab_size; }

 private:
  struct Norm {
    torch::Tensor weight, bias;
  };
  struct Block {
    Norm norm1, norm2;
    Linear query, key, value, output, expand, contract;
  };
  void build(const MakeTensor& make);
  torch::Tensor embed(const torch::Tensor& ids) override;
  torch::Tensor final_norm(const torch::Tensor& x) const override { return normalise(final_norm_, x); }
  torch::Tensor normalise(const Norm& norm, const torch::Tensor& x) const;
  torch::Tensor attend(const Block& block, bool local, const torch::Tensor& x) const;

  GptNeoConfig config_;
  torch::Tensor token_embedding_, position_embedding_;
  std::vector<Block> blocks_;
  Norm final_norm_;
};

}  // namespace rnb
