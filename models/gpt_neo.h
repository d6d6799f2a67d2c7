#pragma once
// GPT-Neo as published (EleutherAI; transformers' GPTNeoForCausalLM): learned positions, alternating global
// and local causal attention, no scaling of attention scores, GELU-new, output head tied to the input
// embedding.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/language_model.h"
#include "models/safetensors.h"

namespace rnb {

struct GptNeoConfig {
  int64_t vocab_size = 0, width = 0, layers = 0, heads = 0, inner = 0;  // inner: width of the MLP
  int64_t max_positions = 0, window = 256;
  double layer_norm_epsilon = 1e-5;
  std::vector<bool> local;  // [layers] local attention?
};

GptNeoConfig read_gpt_neo_config(const std::filesystem::path& config_json);  // Error naming file and key

class GptNeo : public LanguageModel {
 public:
  // Weights drawn from `seed`: normal(0, 0.02), keyed by parameter name; norms 1 and 0, biases 0.
  GptNeo(GptNeoConfig config, int64_t context, uint64_t seed, torch::Device device);
  // Weights from a Hugging Face folder's tensors; missing, extra or wrongly shaped ones are an Error.
  GptNeo(GptNeoConfig config, int64_t context, const TensorMap& tensors, const std::string& where,
         torch::Device device);

  torch::Tensor hidden(const torch::Tensor& ids) override;
  torch::Tensor middle(const torch::Tensor& ids) override;
  torch::Tensor head_weight() override { return token_embedding_; }
  std::vector<NamedParameter> parameters() const override { return parameters_; }
  std::vector<std::string> linear_names() const override;
  void track(LinearTracker* tracker) override { tracker_ = tracker; }
  nlohmann::json config() const override;
  int64_t context() const override { return context_; }
  int64_t vocab_size() const override { return config_.vocab_size; }

 private:
  struct Norm {
    torch::Tensor weight, bias;
  };
  struct Linear {
    std::string name;
    torch::Tensor weight, bias;  // bias may be undefined
  };
  struct Block {
    Norm norm1, norm2;
    Linear query, key, value, output, expand, contract;
  };
  using MakeTensor = std::function<torch::Tensor(const std::string& name, std::vector<int64_t> shape)>;
  void build(const MakeTensor& make);
  torch::Tensor blocks(const torch::Tensor& ids, size_t count) const;  // the first `count` of them
  torch::Tensor apply(const Linear& layer, const torch::Tensor& x) const;
  torch::Tensor normalise(const Norm& norm, const torch::Tensor& x) const;
  torch::Tensor attend(const Block& block, bool local, const torch::Tensor& x) const;

  GptNeoConfig config_;
  int64_t context_;
  torch::Device device_;
  torch::Tensor token_embedding_, position_embedding_;
  std::vector<Block> blocks_;
  Norm final_norm_;
  std::vector<NamedParameter> parameters_;
  LinearTracker* tracker_ = nullptr;
};

}  // namespace rnb
