// BERT's encoder (post-norm, learned positions, exact GELU), as transformers' BertModel, with
// sentence-transformers' mean pooling.

#include <optional>
#include <vector>

#include "base/error.h"
#include "base/json_file.h"
#include "models/safetensors.h"
#include "models/sentence_folder.h"
#include "models/text_encoder.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMostLayers = 1000;

// Older configurations leave these fields out.
template <typename T>
T field_or(const nlohmann::json& config, const char* key, T otherwise, const std::string& file) {
  return config.contains(key) ? json_field<T>(config, key, file) : otherwise;
}

class Bert : public TextEncoder {
 public:
  explicit Bert(const fs::path& folder) : where_(folder.string()), tensors_(load_safetensors(folder)) {
    const auto config = read_json_file(folder / "config.json");
    const std::string file = (folder / "config.json").string();
    if (const auto type = json_field<std::string>(config, "model_type", file); type != "bert")
      fail("bert", "{}: model_type '{}' is not an encoder that rnb knows; expected bert", file, type);
    if (const auto act = field_or<std::string>(config, "hidden_act", "gelu", file); act != "gelu")
      fail("bert", "{}: hidden_act '{}'; expected gelu", file, act);
    width_ = json_field<int64_t>(config, "hidden_size", file);
    layers_ = json_field<int64_t>(config, "num_hidden_layers", file);
    heads_ = json_field<int64_t>(config, "num_attention_heads", file);
    inner_ = json_field<int64_t>(config, "intermediate_size", file);
    positions_ = json_field<int64_t>(config, "max_position_embeddings", file);
    vocab_ = json_field<int64_t>(config, "vocab_size", file);
    epsilon_ = field_or(config, "layer_norm_eps", 1e-12, file);
    if (const auto kind = field_or<std::string>(config, "position_embedding_type", "absolute", file);
        kind != "absolute")
      fail("bert", "{}: position_embedding_type '{}'; expected absolute", file, kind);
    if (width_ < 1 || heads_ < 1 || width_ % heads_ != 0)
      fail("bert", "{}: hidden_size {} is not a multiple of num_attention_heads {}", file, width_, heads_);
    if (layers_ < 0 || layers_ > kMostLayers)
      fail("bert", "{}: num_hidden_layers is {}; expected 0 to {}", file, layers_, kMostLayers);
    max_length_ = read_sentence_folder(folder, positions_);
    words_ = get("embeddings.word_embeddings.weight", {vocab_, width_});
    // Every example has one segment, so its embedding is part of the position's.
    places_ = get("embeddings.position_embeddings.weight", {positions_, width_}) +
              get("embeddings.token_type_embeddings.weight",
                  {field_or<int64_t>(config, "type_vocab_size", 2, file), width_})
                  .slice(0, 0, 1);
    for (int64_t i = 0; i < layers_; ++i) blocks_.push_back(block(fmt::format("encoder.layer.{}.", i)));
    norm_ = norm("embeddings.LayerNorm");
    tensors_.clear();
  }

  int64_t dim() const override { return width_; }
  int64_t max_length() const override { return max_length_; }
  int64_t vocab_size() const override { return vocab_; }

  torch::Tensor encode(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check(ids, mask);
    if (ids.size(1) > positions_)
      fail("bert", "a sequence of {} tokens does not fit the model's {} positions", ids.size(1), positions_);
    auto x = apply(norm_, torch::embedding(words_, ids) + places_.slice(0, 0, ids.size(1)));
    const bool padded = mask.eq(0).any().item<bool>();
    const auto attends =
        padded ? mask.to(torch::kBool).unsqueeze(1).unsqueeze(1) : torch::Tensor();  // [B, 1, 1, T]
    for (const Block& b : blocks_) {
      x = apply(b.norm1, x + linear(b.output, attend(b, x, attends)));
      x = apply(b.norm2, x + linear(b.contract, torch::gelu(linear(b.expand, x))));
    }
    return pool(x, mask);
  }

  torch::Tensor encode_static(const torch::Tensor& ids, const torch::Tensor& mask) override {
    const torch::InferenceMode inference;
    check(ids, mask);
    return pool(torch::embedding(words_, ids), mask);
  }

 private:
  struct Pair {
    torch::Tensor weight, bias;
  };
  struct Block {
    Pair qkv, output, norm1, expand, contract, norm2;
  };

  static void check(const torch::Tensor& ids, const torch::Tensor& mask) {
    if (ids.dim() != 2 || ids.sizes() != mask.sizes())
      fail("bert", "ids have shape [{}], mask [{}]; expected the same n x T", fmt::join(ids.sizes(), ", "),
           fmt::join(mask.sizes(), ", "));
    // Attention over nothing is 0/0: its NaN would look like a vector.
    if (!mask.ne(0).any(1).all().item<bool>())
      fail("bert", "a row's mask is all zero; expected at least one token in each row");
  }

  const torch::Tensor& tensor(const std::string& name) const {
    for (const char* prefix : {"", "bert.", "0.auto_model."})
      if (const auto it = tensors_.find(prefix + name); it != tensors_.end()) return it->second;
    fail("bert", "{}: tensor {} is missing", where_, name);
  }
  torch::Tensor get(const std::string& name, const std::vector<int64_t>& shape) const {
    const auto& t = tensor(name);
    if (t.sizes().vec() != shape)
      fail("bert", "{}: tensor {} has shape [{}], config.json asks for [{}]", where_, name,
           fmt::join(t.sizes(), ", "), fmt::join(shape, ", "));
    return t.to(torch::kFloat32);
  }
  Pair pair(const std::string& name, int64_t out, int64_t in) const {
    return {get(name + ".weight", {out, in}), get(name + ".bias", {out})};
  }
  Pair norm(const std::string& name) const {
    return {get(name + ".weight", {width_}), get(name + ".bias", {width_})};
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

  static torch::Tensor pool(const torch::Tensor& x, const torch::Tensor& mask) {
    const auto m = mask.ne(0).to(torch::kFloat32).unsqueeze(-1);
    const auto mean = (x * m).sum(1) / m.sum(1);
    return torch::nn::functional::normalize(mean, torch::nn::functional::NormalizeFuncOptions().dim(1));
  }

  std::string where_;
  TensorMap tensors_;  // only while loading
  int64_t width_ = 0, layers_ = 0, heads_ = 0, inner_ = 0, positions_ = 0, vocab_ = 0, max_length_ = 0;
  double epsilon_ = 1e-12;
  torch::Tensor words_, places_;
  Pair norm_;
  std::vector<Block> blocks_;
};

}  // namespace

std::unique_ptr<TextEncoder> load_text_encoder(const fs::path& folder) {
  if (!fs::exists(folder / "config.json"))
    fail("encoder", "{}: has no config.json; expected a Hugging Face folder", folder.string());
  return std::make_unique<Bert>(folder);
}

}  // namespace rnb
