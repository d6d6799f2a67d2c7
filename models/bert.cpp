// BERT's encoder (post-norm, learned positions, exact GELU), as transformers' BertModel, with
// sentence-transformers' mean pooling.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json_file.h"
#include "models/config_fields.h"
#include "models/encoder_parts.h"
#include "models/sentence_folder.h"
#include "models/text_encoder_family.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTag = "bert";

class Bert : public TextEncoder {
 public:
  Bert(const fs::path& folder, torch::Device device)
      : tensors_(folder, kTag, {"bert.", "0.auto_model."}, device) {
    const auto config = read_json_file(folder / "config.json");
    const ConfigFields fields(config, (folder / "config.json").string(), kTag);
    fields.require("hidden_act", "gelu");
    fields.require("position_embedding_type", "absolute");
    width_ = fields.size("hidden_size");
    layers_ = fields.number("num_hidden_layers", 0, kMostModelLayers);
    heads_ = fields.size("num_attention_heads");
    inner_ = fields.size("intermediate_size");
    positions_ = fields.size("max_position_embeddings");
    vocab_ = fields.size("vocab_size");
    epsilon_ = fields.value_or("layer_norm_eps", 1e-12);
    if (width_ % heads_ != 0)
      fail(kTag, "{}: hidden_size {} is not a multiple of num_attention_heads {}", fields.where(), width_,
           heads_);
    max_length_ = read_sentence_folder(folder, positions_);
    words_ = tensors_.get("embeddings.word_embeddings.weight", {vocab_, width_});
    // Every example has one segment, so its embedding is part of the position's.
    places_ =
        tensors_.get("embeddings.position_embeddings.weight", {positions_, width_}) +
        tensors_
            .get("embeddings.token_type_embeddings.weight", {fields.size_or("type_vocab_size", 2), width_})
            .slice(0, 0, 1);
    for (int64_t i = 0; i < layers_; ++i) blocks_.push_back(block(fmt::format("encoder.layer.{}.", i)));
    norm_ = norm("embeddings.LayerNorm");
    tensors_ = {};
  }

  int64_t dim() const override { return width_; }
  int64_t max_length() const override { return max_length_; }
  int64_t vocab_size() const override { return vocab_; }

  torch::Tensor encode(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check_encoder_batch(ids, mask, positions_, kTag);
    auto x = apply(norm_, torch::embedding(words_, ids) + places_.slice(0, 0, ids.size(1)));
    const auto attends = padding_mask(mask);
    for (const Block& b : blocks_) {
      x = apply(b.norm1, x + linear(b.output, attend(b, x, attends)));
      x = apply(b.norm2, x + linear(b.contract, torch::gelu(linear(b.expand, x))));
    }
    return pooled_mean(x, mask);
  }

  torch::Tensor encode_static(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check_encoder_batch(ids, mask, INT64_MAX, kTag);
    return pooled_mean(torch::embedding(words_, ids), mask);
  }

 private:
  using Pair = NormOrLinear;
  struct Block {
    Pair qkv, output, norm1, expand, contract, norm2;
  };

  Pair pair(const std::string& name, int64_t out, int64_t in) const {
    return {tensors_.get(name + ".weight", {out, in}), tensors_.get(name + ".bias", {out})};
  }
  Pair norm(const std::string& name) const {
    return {tensors_.get(name + ".weight", {width_}), tensors_.get(name + ".bias", {width_})};
  }

  Block block(const std::string& prefix) const {
    const std::string self = prefix + "attention.self.";
    const Pair q = pair(self + "query", width_, width_), k = pair(self + "key", width_, width_),
               v = pair(self + "value", width_, width_);
    Block b;
    b.qkv = {torch::cat({q.weight, k.weight, v.weight}),
             torch::cat({q.bias, k.bias, v.bias})};  // one product for the three
    b.output = pair(prefix + "attention.output.dense", width_, width_);
    b.norm1 = norm(prefix + "attention.output.LayerNorm");
    b.expand = pair(prefix + "intermediate.dense", inner_, width_);
    b.contract = pair(prefix + "output.dense", width_, inner_);
    b.norm2 = norm(prefix + "output.LayerNorm");
    return b;
  }

  static torch::Tensor linear(const Pair& p, const torch::Tensor& x) {
    return torch::linear(x, p.weight, p.bias);
  }
  torch::Tensor apply(const Pair& n, const torch::Tensor& x) const {
    return torch::layer_norm(x, {width_}, n.weight, n.bias, epsilon_);
  }

  torch::Tensor attend(const Block& b, const torch::Tensor& x, const torch::Tensor& mask) const {
    const auto parts =
        linear(b.qkv, x).view({x.size(0), x.size(1), 3, heads_, width_ / heads_}).permute({2, 0, 3, 1, 4});
    const auto out = at::scaled_dot_product_attention(parts[0], parts[1], parts[2],
                                                      mask.defined() ? std::optional(mask) : std::nullopt);
    return out.transpose(1, 2).reshape(x.sizes());
  }

  EncoderTensors tensors_;  // only while loading
  int64_t width_ = 0, layers_ = 0, heads_ = 0, inner_ = 0, positions_ = 0, vocab_ = 0, max_length_ = 0;
  double epsilon_ = 1e-12;
  torch::Tensor words_, places_;
  Pair norm_;
  std::vector<Block> blocks_;
};

std::unique_ptr<TextEncoder> load_bert(const fs::path& folder, torch::Device device) {
  return std::make_unique<Bert>(folder, device);
}

RNB_REGISTER(TextEncoderFamily, .name = "bert", .load = load_bert);

}  // namespace

}  // namespace rnb
