#include "models/gpt_neo.h"

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace {

// "attention_layers" names each layer's kind; older files give [[["global", "local"], 6]] instead.
std::vector<std::string> attention_kinds(const nlohmann::json& json, int64_t layers,
                                         const std::string& where) {
  auto kinds = optional_field<std::vector<std::string>>(json, "attention_layers", {}, where);
  if (!kinds.empty()) return kinds;
  using Group = std::pair<std::vector<std::string>, int64_t>;
  for (const auto& [names, repeats] : json_field<std::vector<Group>>(json, "attention_types", where)) {
    if (names.empty()) fail("gpt-neo", "{}: a group of attention_types names no kind", where);
    for (int64_t r = 0; r < repeats && r < layers; ++r) kinds.insert(kinds.end(), names.begin(), names.end());
  }
  return kinds;
}

}  // namespace

GptNeoConfig read_gpt_neo_config(const std::filesystem::path& file) {
  const auto json = read_json_file(file);
  const std::string where = file.string();
  const auto checked = [&](const char* key, int64_t n, int64_t largest) {
    if (n < 1 || n > largest) fail("gpt-neo", "{}: \"{}\" is {}; expected 1 to {}", where, key, n, largest);
    return n;
  };
  constexpr int64_t kLargestSize = 1 << 24, kMostLayers = 4096;  // far above any published model
  const auto size = [&](const char* key) {
    return checked(key, json_field<int64_t>(json, key, where), kLargestSize);
  };
  GptNeoConfig c;
  c.vocab_size = size("vocab_size");
  c.width = size("hidden_size");
  c.layers = checked("num_layers", json_field<int64_t>(json, "num_layers", where), kMostLayers);
  c.heads = size("num_heads");
  c.max_positions = size("max_position_embeddings");
  c.window = checked("window_size", optional_field(json, "window_size", c.window, where), kLargestSize);
  c.inner = checked("intermediate_size", optional_field(json, "intermediate_size", 4 * c.width, where),
                    kLargestSize);
  c.layer_norm_epsilon = optional_field(json, "layer_norm_epsilon", c.layer_norm_epsilon, where);
  if (!(c.layer_norm_epsilon > 0 && c.layer_norm_epsilon < 1))
    fail("gpt-neo", "{}: \"layer_norm_epsilon\" is {}; expected a small positive number", where,
         c.layer_norm_epsilon);
  if (c.width % c.heads != 0)
    fail("gpt-neo", "{}: hidden_size {} is not a multiple of num_heads {}", where, c.width, c.heads);
  if (const auto f = optional_field<std::string>(json, "activation_function", "gelu_new", where);
      f != "gelu_new")
    fail("gpt-neo", "{}: activation_function '{}' is not supported; expected gelu_new", where, f);
  if (!optional_field(json, "tie_word_embeddings", true, where))
    fail("gpt-neo", "{}: untied embeddings are not supported", where);
  const auto kinds = attention_kinds(json, c.layers, where);
  if (static_cast<int64_t>(kinds.size()) != c.layers)
    fail("gpt-neo", "{}: {} attention layers are named, num_layers is {}", where, kinds.size(), c.layers);
  for (const std::string& kind : kinds) {
    if (kind != "global" && kind != "local")
      fail("gpt-neo", "{}: attention type '{}'; expected global or local", where, kind);
    c.local.push_back(kind == "local");
  }
  return c;
}

GptNeo::GptNeo(GptNeoConfig config, int64_t context, uint64_t seed, torch::Device device)
    : Decoder("gpt-neo", context, config.max_positions), config_(std::move(config)) {
  build(random_weights(seed, device));
}

GptNeo::GptNeo(GptNeoConfig config, int64_t context, const TensorMap& tensors, const std::string& where,
               torch::Device device)
    : Decoder("gpt-neo", context, config.max_positions), config_(std::move(config)) {
  LoadedWeights weights(tensors, "gpt-neo", where, "transformer.", device);
  build(
      [&](const std::string& name, const std::vector<int64_t>& shape) { return weights.take(name, shape); });
  // Old checkpoints carry the causal masks and the tied head beside the weights.
  weights.require_all_taken([](const std::string& name) {
    return name.ends_with("attn.attention.bias") || name.ends_with("attn.attention.masked_bias") ||
           name == "lm_head.weight";
  });
}

void GptNeo::build(const MakeTensor& make) {
  const int64_t d = config_.width;
  ParameterList list(make);
  const auto norm = [&](const std::string& name) {
    return Norm{list.parameter(name + ".weight", {d}), list.parameter(name + ".bias", {d})};
  };
  token_embedding_ = list.parameter("transformer.wte.weight", {config_.vocab_size, d});
  position_embedding_ = list.parameter("transformer.wpe.weight", {config_.max_positions, d});
  for (int64_t i = 0; i < config_.layers; ++i) {
    const std::string h = fmt::format("transformer.h.{}.", i);
    const std::string a = h + "attn.attention.";
    Block b;
    b.norm1 = norm(h + "ln_1");
    b.query = list.linear(a + "q_proj", d, d, Bias::No);
    b.key = list.linear(a + "k_proj", d, d, Bias::No);
    b.value = list.linear(a + "v_proj", d, d, Bias::No);
    b.output = list.linear(a + "out_proj", d, d, Bias::Yes);
    b.norm2 = norm(h + "ln_2");
    b.expand = list.linear(h + "mlp.c_fc", d, config_.inner, Bias::Yes);
    b.contract = list.linear(h + "mlp.c_proj", config_.inner, d, Bias::Yes);
    blocks_.push_back(std::move(b));
  }
  final_norm_ = norm("transformer.ln_f");
  finish(list, "transformer.h.", blocks_.size());
}

torch::Tensor GptNeo::normalise(const Norm& norm, const torch::Tensor& x) const {
  return torch::layer_norm(x, {config_.width}, norm.weight, norm.bias, config_.layer_norm_epsilon);
}

torch::Tensor GptNeo::attend(const Block& block, bool local, const torch::Tensor& x) const {
  const auto split = [&](const torch::Tensor& t) {
    return t.view({x.size(0), x.size(1), config_.heads, config_.width / config_.heads}).transpose(1, 2);
  };
  const auto q = split(apply(block.query, x)), k = split(apply(block.key, x)),
             v = split(apply(block.value, x));
  return apply(block.output, causal_attention(q, k, v, /*scale=*/1.0, local ? config_.window : 0));
}

torch::Tensor GptNeo::embed(const torch::Tensor& ids) {
  return torch::embedding(token_embedding_, ids) + position_embedding_.slice(0, 0, ids.size(1));
}

torch::Tensor GptNeo::block(size_t i, const torch::Tensor& x) const {
  const Block& b = blocks_[i];
  const auto y = x + attend(b, config_.local[i], normalise(b.norm1, x));
  return y + apply(b.contract, torch::gelu(apply(b.expand, normalise(b.norm2, y)), "tanh"));
}

nlohmann::json GptNeo::config() const {
  nlohmann::json kinds = nlohmann::json::array();
  for (const bool local : config_.local) kinds.push_back(local ? "local" : "global");
  nlohmann::json types = nlohmann::json::array();
  types.push_back({kinds, 1});
  return {{"architectures", {"GPTNeoForCausalLM"}},
          {"model_type", "gpt_neo"},
          {"vocab_size", config_.vocab_size},
          {"hidden_size", config_.width},
          {"num_layers", config_.layers},
          {"num_heads", config_.heads},
          {"intermediate_size", config_.inner},
          {"max_position_embeddings", config_.max_positions},
          {"window_size", config_.window},
          {"layer_norm_epsilon", config_.layer_norm_epsilon},
          {"attention_layers", kinds},
          {"attention_types", types},
          {"activation_function", "gelu_new"},
          {"tie_word_embeddings", true},
          {"attention_dropout", 0.0},
          {"embed_dropout", 0.0},
          {"resid_dropout", 0.0},
          {"classifier_dropout", 0.0},
          {"bos_token_id", 0},
          {"eos_token_id", 0},
          {"torch_dtype", "float32"}};
}

}  // namespace rnb
