#include "base/error.h"
#include "base/json_file.h"
#include "models/qwen2.h"

namespace rnb {
namespace {

constexpr const char* kTag = "qwen2";

// The base of the rotary angles: "rope_theta" by itself, or within "rope_parameters" in newer files.
double read_theta(const nlohmann::json& json, double otherwise, const std::string& where) {
  double theta = optional_field(json, "rope_theta", otherwise, where);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const auto part = optional_field(json, key, nlohmann::json(), where);
    if (part.is_null()) continue;
    const std::string place = where + ": " + key;
    for (const char* name : {"rope_type", "type"})
      if (const auto type = optional_field<std::string>(part, name, "default", place); type != "default")
        fail(kTag, "{}: {} '{}' is not supported; expected default rotary positions", place, name, type);
    if (optional_field(part, "partial_rotary_factor", 1.0, place) != 1.0)
      fail(kTag, "{}: partial_rotary_factor is not supported; expected 1", place);
    theta = optional_field(part, "rope_theta", theta, place);
  }
  if (!(theta > 1 && theta < 1e12)) fail(kTag, "{}: rope_theta is {}; expected above 1", where, theta);
  return theta;
}

// "layer_types" names each layer's kind; without it, layers from max_window_layers on have the window, where
// windows are used at all.
std::vector<int64_t> read_windows(const nlohmann::json& json, int64_t layers, int64_t largest,
                                  const std::string& where) {
  const bool used = optional_field(json, "use_sliding_window", false, where);
  const int64_t width = optional_field<int64_t>(json, "sliding_window", 4096, where),
                first = optional_field<int64_t>(json, "max_window_layers", 28, where);
  auto kinds = optional_field<std::vector<std::string>>(json, "layer_types", {}, where);
  if (kinds.empty())
    for (int64_t i = 0; i < layers; ++i)
      kinds.emplace_back(used && i >= first ? "sliding_attention" : "full_attention");
  if (static_cast<int64_t>(kinds.size()) != layers)
    fail(kTag, "{}: {} layer_types are named, num_hidden_layers is {}", where, kinds.size(), layers);
  std::vector<int64_t> windows;
  for (const std::string& kind : kinds) {
    const bool slides = kind == "sliding_attention";
    if (!slides && kind != "full_attention")
      fail(kTag, "{}: layer type '{}' is not supported; expected full_attention or sliding_attention", where,
           kind);
    if (slides && !used)
      fail(kTag, "{}: layer_types has sliding_attention, but use_sliding_window is false", where);
    if (slides && (width < 1 || width > largest))
      fail(kTag, "{}: sliding_window is {}; expected 1 to {}", where, width, largest);
    windows.push_back(slides ? width : 0);
  }
  return windows;
}

}  // namespace

Qwen2Config read_qwen2_config(const std::filesystem::path& file) {
  const auto json = read_json_file(file);
  const std::string where = file.string();
  constexpr int64_t kLargestSize = 1 << 24, kMostLayers = 4096;  // far above any published model
  const auto checked = [&](const char* key, int64_t n, int64_t largest = kLargestSize) {
    if (n < 1 || n > largest) fail(kTag, "{}: \"{}\" is {}; expected 1 to {}", where, key, n, largest);
    return n;
  };
  const auto size = [&](const char* key) { return checked(key, json_field<int64_t>(json, key, where)); };
  const auto size_or = [&](const char* key, int64_t n) {
    return checked(key, optional_field(json, key, n, where));
  };
  Qwen2Config c;
  c.vocab_size = size("vocab_size");
  c.width = size("hidden_size");
  c.inner = size("intermediate_size");
  c.layers = checked("num_hidden_layers", json_field<int64_t>(json, "num_hidden_layers", where), kMostLayers);
  c.heads = size("num_attention_heads");
  c.kv_heads = size_or("num_key_value_heads", c.heads);
  c.max_positions = size("max_position_embeddings");
  if (c.heads % c.kv_heads != 0)
    fail(kTag, "{}: num_attention_heads {} is not a multiple of num_key_value_heads {}", where, c.heads,
         c.kv_heads);
  const bool own_width = json.contains("head_dim") && !json["head_dim"].is_null();
  if (!own_width && c.width % c.heads != 0)
    fail(kTag, "{}: hidden_size {} is not a multiple of num_attention_heads {}", where, c.width, c.heads);
  c.head_width = own_width ? size("head_dim") : c.width / c.heads;
  if (c.head_width % 2 != 0)
    fail(kTag, "{}: heads are {} wide; rotary positions need an even width", where, c.head_width);
  c.rms_norm_epsilon = optional_field(json, "rms_norm_eps", c.rms_norm_epsilon, where);
  if (!(c.rms_norm_epsilon > 0 && c.rms_norm_epsilon < 1))
    fail(kTag, "{}: \"rms_norm_eps\" is {}; expected a small positive number", where, c.rms_norm_epsilon);
  if (const auto f = optional_field<std::string>(json, "hidden_act", "silu", where); f != "silu")
    fail(kTag, "{}: hidden_act '{}' is not supported; expected silu", where, f);
  if (optional_field(json, "attention_dropout", 0.0, where) != 0.0)
    fail(kTag, "{}: attention_dropout is not supported; expected 0", where);
  c.theta = read_theta(json, c.theta, where);
  c.tied = optional_field(json, "tie_word_embeddings", c.tied, where);
  c.window = read_windows(json, c.layers, kLargestSize, where);
  for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"})
    if (json.contains(key)) c.special_ids[key] = json[key];
  return c;
}

nlohmann::json Qwen2::config() const {
  nlohmann::json kinds = nlohmann::json::array();
  int64_t window = 0;
  for (const int64_t w : config_.window) {
    kinds.push_back(w > 0 ? "sliding_attention" : "full_attention");
    window = std::max(window, w);
  }
  nlohmann::json out = {{"architectures", {"Qwen2ForCausalLM"}},
                        {"model_type", "qwen2"},
                        {"vocab_size", config_.vocab_size},
                        {"hidden_size", config_.width},
                        {"intermediate_size", config_.inner},
                        {"num_hidden_layers", config_.layers},
                        {"num_attention_heads", config_.heads},
                        {"num_key_value_heads", config_.kv_heads},
                        {"hidden_act", "silu"},
                        {"max_position_embeddings", config_.max_positions},
                        {"rms_norm_eps", config_.rms_norm_epsilon},
                        {"rope_theta", config_.theta},  // for readers older than rope_parameters
                        {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", config_.theta}}},
                        {"tie_word_embeddings", config_.tied},
                        {"use_sliding_window", window > 0},
                        {"layer_types", kinds},
                        {"attention_dropout", 0.0},
                        {"torch_dtype", "float32"}};
  if (config_.head_width * config_.heads != config_.width) out["head_dim"] = config_.head_width;
  out["sliding_window"] = window > 0 ? nlohmann::json(window) : nlohmann::json();
  out.update(config_.special_ids);
  return out;
}

}  // namespace rnb
