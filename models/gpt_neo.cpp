#include "models/gpt_neo.h"

#include <set>

#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"
#include "models/tracked_linear.h"

namespace rnb {

namespace {

template <typename T>
T field_or(const nlohmann::json& json, const char* key, T otherwise, const std::string& where) {
  const auto it = json.find(key);
  return it == json.end() || it->is_null() ? otherwise : json_field<T>(json, key, where);
}

// "attention_layers" names each layer's kind; older files give [[["global", "local"], 6]] instead.
std::vector<std::string> attention_kinds(const nlohmann::json& json, int64_t layers,
                                         const std::string& where) {
  auto kinds = field_or<std::vector<std::string>>(json, "attention_layers", {}, where);
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
  c.window = checked("window_size", field_or(json, "window_size", c.window, where), kLargestSize);
  c.inner =
      checked("intermediate_size", field_or(json, "intermediate_size", 4 * c.width, where), kLargestSize);
  c.layer_norm_epsilon = field_or(json, "layer_norm_epsilon", c.layer_norm_epsilon, where);
  if (!(c.layer_norm_epsilon > 0 && c.layer_norm_epsilon < 1))
    fail("gpt-neo", "{}: \"layer_norm_epsilon\" is {}; expected a small positive number", where,
         c.layer_norm_epsilon);
  if (c.width % c.heads != 0)
    fail("gpt-neo", "{}: hidden_size {} is not a multiple of num_heads {}", where, c.width, c.heads);
  if (const auto f = field_or<std::string>(json, "activation_function", "gelu_new", where); f != "gelu_new")
    fail("gpt-neo", "{}: activation_function '{}' is not supported; expected gelu_new", where, f);
  if (!field_or(json, "tie_word_embeddings", true, where))
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
    : config_(std::move(config)), context_(context), device_(device) {
  build([&](const std::string& name, std::vector<int64_t> shape) {
    if (shape.size() == 1)
      return name.ends_with("weight") ? torch::ones(shape, device) : torch::zeros(shape, device);
    if (device.is_meta()) return torch::empty(shape, device);
    auto tensor = torch::empty(shape, torch::kFloat32);
    Rng rng(seed, "init", 0, hash64(name));
    auto* values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(0.02 * rng.normal());
    return tensor.to(device);
  });
}

GptNeo::GptNeo(GptNeoConfig config, int64_t context, const TensorMap& tensors, const std::string& where,
               torch::Device device)
    : config_(std::move(config)), context_(context), device_(device) {
  std::set<std::string> used;
  build([&](const std::string& name, const std::vector<int64_t>& shape) {
    auto it = tensors.find(name);
    if (it == tensors.end()) it = tensors.find(name.substr(std::string("transformer.").size()));
    if (it == tensors.end()) fail("gpt-neo", "{}: tensor {} is missing", where, name);
    used.insert(it->first);
    if (it->second.sizes().vec() != shape)
      fail("gpt-neo", "{}: tensor {} has shape [{}], config.json asks for [{}]", where, it->first,
           fmt::join(it->second.sizes(), ", "), fmt::join(shape, ", "));
    return it->second.to(device, torch::kFloat32).clone();
  });
  for (const auto& [name, tensor] : tensors) {
    // Old checkpoints carry the causal masks and the tied head beside the weights.
    const bool known = name.ends_with("attn.attention.bias") ||
                       name.ends_with("attn.attention.masked_bias") || name == "lm_head.weight";
    if (!known && !used.contains(name))
      fail("gpt-neo", "{}: tensor {} is not part of this model", where, name);
  }
}

void GptNeo::build(const MakeTensor& make) {
  const int64_t d = config_.width;
  const auto parameter = [&](const std::string& name, std::vector<int64_t> shape) {
    auto tensor = make(name, std::move(shape));
    tensor.set_requires_grad(true);
    parameters_.push_back({name, tensor});
    return tensor;
  };
  const auto norm = [&](const std::string& name) {
    return Norm{parameter(name + ".weight", {d}), parameter(name + ".bias", {d})};
  };
  const auto linear = [&](const std::string& name, int64_t in, int64_t out, bool bias) {
    return Linear{name, parameter(name + ".weight", {out, in}),
                  bias ? parameter(name + ".bias", {out}) : torch::Tensor()};
  };
  token_embedding_ = parameter("transformer.wte.weight", {config_.vocab_size, d});
  position_embedding_ = parameter("transformer.wpe.weight", {config_.max_positions, d});
  for (int64_t i = 0; i < config_.layers; ++i) {
    const std::string h = fmt::format("transformer.h.{}.", i);
    const std::string a = h + "attn.attention.";
    Block b;
    b.norm1 = norm(h + "ln_1");
    b.query = linear(a + "q_proj", d, d, false);
    b.key = linear(a + "k_proj", d, d, false);
    b.value = linear(a + "v_proj", d, d, false);
    b.output = linear(a + "out_proj", d, d, true);
    b.norm2 = norm(h + "ln_2");
    b.expand = linear(h + "mlp.c_fc", d, config_.inner, true);
    b.contract = linear(h + "mlp.c_proj", config_.inner, d, true);
    blocks_.push_back(std::move(b));
  }
  final_norm_ = norm("transformer.ln_f");
}

std::vector<std::string> GptNeo::linear_names() const {
  std::vector<std::string> names;
  for (const Block& b : blocks_)
    for (const Linear* l : {&b.query, &b.key, &b.value, &b.output, &b.expand, &b.contract})
      names.push_back(l->name);
  names.emplace_back("lm_head");
  return names;
}

torch::Tensor GptNeo::apply(const Linear& layer, const torch::Tensor& x) const {
  return tracked_linear(x, layer.weight, layer.bias, tracker_, layer.name);
}

torch::Tensor GptNeo::normalise(const Norm& norm, const torch::Tensor& x) const {
  return torch::layer_norm(x, {config_.width}, norm.weight, norm.bias, config_.layer_norm_epsilon);
}

torch::Tensor GptNeo::attend(const Block& block, bool local, const torch::Tensor& x) const {
  const int64_t batch = x.size(0), time = x.size(1), heads = config_.heads;
  const auto split = [&](const torch::Tensor& t) {
    return t.view({batch, time, heads, config_.width / heads}).transpose(1, 2);
  };
  const auto q = split(apply(block.query, x)), k = split(apply(block.key, x)),
             v = split(apply(block.value, x));
  torch::Tensor out;
  if (local && time > config_.window) {
    // Position t sees the last `window` positions, itself included.
    const auto t = torch::arange(time, x.options().dtype(torch::kInt64).requires_grad(false));
    const auto distance = t.unsqueeze(1) - t.unsqueeze(0);
    const auto mask = distance.ge(0).logical_and(distance.lt(config_.window));
    out = at::scaled_dot_product_attention(q, k, v, mask, 0.0, /*is_causal=*/false, /*scale=*/1.0);
  } else {
    out = at::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true, /*scale=*/1.0);
  }
  return apply(block.output, out.transpose(1, 2).reshape({batch, time, config_.width}));
}

torch::Tensor GptNeo::blocks(const torch::Tensor& ids, size_t count) const {
  const int64_t time = ids.size(1);
  if (time > config_.max_positions)
    fail("gpt-neo", "a sequence of {} tokens does not fit the model's {} positions", time,
         config_.max_positions);
  auto x = torch::embedding(token_embedding_, ids) + position_embedding_.slice(0, 0, time);
  for (size_t i = 0; i < count; ++i) {
    const Block& b = blocks_[i];
    x = x + attend(b, config_.local[i], normalise(b.norm1, x));
    x = x + apply(b.contract, torch::gelu(apply(b.expand, normalise(b.norm2, x)), "tanh"));
  }
  return x;
}

torch::Tensor GptNeo::hidden(const torch::Tensor& ids) {
  return normalise(final_norm_, blocks(ids, blocks_.size()));
}

torch::Tensor GptNeo::middle(const torch::Tensor& ids) {
  return blocks(ids, blocks_.size() / 2);
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
