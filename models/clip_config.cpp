#include "models/clip_config.h"

#include <algorithm>

#include "base/error.h"
#include "base/json_file.h"

namespace rnb {
namespace {

constexpr int64_t kLargestSize = 1 << 24, kMostLayers = 4096;  // far above any published model

template <typename T>
T field_or(const nlohmann::json& json, const char* key, T otherwise, const std::string& where) {
  const auto it = json.find(key);
  return it == json.end() || it->is_null() ? otherwise : json_field<T>(json, key, where);
}

int64_t size_or(const nlohmann::json& json, const char* key, int64_t otherwise, const std::string& where,
                int64_t largest = kLargestSize) {
  const int64_t n = field_or(json, key, otherwise, where);
  if (n < 1 || n > largest) fail("clip", "{}: \"{}\" is {}; expected 1 to {}", where, key, n, largest);
  return n;
}

// transformers leaves defaults out of some files; they are CLIP ViT-B/32's.
ClipTower read_tower(const nlohmann::json& json, const ClipTower& b32, const std::string& where) {
  ClipTower t;
  t.width = size_or(json, "hidden_size", b32.width, where);
  t.layers = size_or(json, "num_hidden_layers", b32.layers, where, kMostLayers);
  t.heads = size_or(json, "num_attention_heads", b32.heads, where);
  t.inner = size_or(json, "intermediate_size", b32.inner, where);
  t.layer_norm_epsilon = field_or(json, "layer_norm_eps", t.layer_norm_epsilon, where);
  t.activation = field_or(json, "hidden_act", t.activation, where);
  if (t.activation == "gelu_pytorch_tanh") t.activation = "gelu_new";  // the same function
  if (t.activation != "quick_gelu" && t.activation != "gelu" && t.activation != "gelu_new")
    fail("clip", "{}: hidden_act '{}' is not supported; expected quick_gelu, gelu or gelu_new", where,
         t.activation);
  if (t.width % t.heads != 0)
    fail("clip", "{}: hidden_size {} is not a multiple of num_attention_heads {}", where, t.width, t.heads);
  if (!(t.layer_norm_epsilon > 0 && t.layer_norm_epsilon < 1))
    fail("clip", "{}: layer_norm_eps is {}; expected a small positive number", where, t.layer_norm_epsilon);
  if (field_or(json, "attention_dropout", 0.0, where) != 0)
    fail("clip", "{}: attention_dropout is not 0; dropout is not supported", where);
  return t;
}

// "text_config", or the values of the older "text_config_dict" over it, as transformers merges them.
nlohmann::json part_of(const nlohmann::json& json, const std::string& key, const std::string& where) {
  auto part = field_or<nlohmann::json>(json, key.c_str(), nlohmann::json::object(), where);
  const auto over = field_or<nlohmann::json>(json, (key + "_dict").c_str(), nlohmann::json::object(), where);
  if (!part.is_object() || !over.is_object()) fail("clip", "{}: \"{}\" is not an object", where, key);
  part.update(over);
  return part;
}

nlohmann::json to_json(const ClipTower& t, int64_t embedding) {
  return {{"hidden_size", t.width},
          {"num_hidden_layers", t.layers},
          {"num_attention_heads", t.heads},
          {"intermediate_size", t.inner},
          {"layer_norm_eps", t.layer_norm_epsilon},
          {"hidden_act", t.activation},
          {"projection_dim", embedding},
          {"attention_dropout", 0.0}};
}

}  // namespace

ClipConfig read_clip_config(const std::filesystem::path& file) {
  const auto json = read_json_file(file);
  const std::string where = file.string();
  if (!json.is_object()) fail("clip", "{}: is not a JSON object", where);
  if (const auto type = json_field<std::string>(json, "model_type", where); type != "clip")
    fail("clip", "{}: model_type '{}'; expected clip", where, type);
  const auto text = part_of(json, "text_config", where), vision = part_of(json, "vision_config", where);
  ClipConfig c;
  c.text = read_tower(text, {512, 12, 8, 2048}, where + ": text_config");
  c.vision = read_tower(vision, {768, 12, 12, 3072}, where + ": vision_config");
  c.vocab_size = size_or(text, "vocab_size", 49408, where);
  c.positions = size_or(text, "max_position_embeddings", 77, where);
  c.eos_token_id = field_or<int64_t>(text, "eos_token_id", 49407, where);
  c.image_size = size_or(vision, "image_size", 224, where, 1 << 14);
  c.patch_size = size_or(vision, "patch_size", 32, where, 1 << 14);
  c.embedding = size_or(json, "projection_dim", 512, where);
  c.logit_scale = field_or(json, "logit_scale_init_value", c.logit_scale, where);
  if (c.patch_size > c.image_size)
    fail("clip", "{}: patch_size {} exceeds image_size {}", where, c.patch_size, c.image_size);
  if (const auto channels = field_or<int64_t>(vision, "num_channels", 3, where); channels != 3)
    fail("clip", "{}: num_channels is {}; expected 3", where, channels);
  if (c.eos_token_id < 0 || (!c.pools_at_largest() && c.eos_token_id >= c.vocab_size))
    fail("clip", "{}: eos_token_id {} is outside the vocabulary of {}", where, c.eos_token_id, c.vocab_size);
  return c;
}

nlohmann::json to_json(const ClipConfig& c) {
  auto text = to_json(c.text, c.embedding), vision = to_json(c.vision, c.embedding);
  text.update({{"model_type", "clip_text_model"},
               {"vocab_size", c.vocab_size},
               {"max_position_embeddings", c.positions},
               {"bos_token_id", 0},
               {"pad_token_id", c.eos_token_id},
               {"eos_token_id", c.eos_token_id}});
  vision.update({{"model_type", "clip_vision_model"},
                 {"image_size", c.image_size},
                 {"patch_size", c.patch_size},
                 {"num_channels", 3}});
  return {{"architectures", {"CLIPModel"}},
          {"model_type", "clip"},
          {"projection_dim", c.embedding},
          {"logit_scale_init_value", c.logit_scale},
          {"text_config", text},
          {"vision_config", vision},
          {"torch_dtype", "float32"}};
}

}  // namespace rnb
