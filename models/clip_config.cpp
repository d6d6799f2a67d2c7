#include "models/clip_config.h"

#include "base/error.h"
#include "base/json_file.h"
#include "models/config_fields.h"

namespace rnb {
namespace {

constexpr const char* kTag = "clip";

// transformers leaves defaults out of some files; they are CLIP ViT-B/32's.
ClipTower read_tower(const ConfigFields& fields, const ClipTower& b32) {
  const std::string& where = fields.where();
  ClipTower t;
  t.width = fields.size_or("hidden_size", b32.width);
  t.layers = fields.size_or("num_hidden_layers", b32.layers, kMostModelLayers);
  t.heads = fields.size_or("num_attention_heads", b32.heads);
  t.inner = fields.size_or("intermediate_size", b32.inner);
  t.layer_norm_epsilon = fields.epsilon_or("layer_norm_eps", t.layer_norm_epsilon);
  t.activation = fields.value_or("hidden_act", t.activation);
  if (t.activation == "gelu_pytorch_tanh") t.activation = "gelu_new";  // the same function
  if (t.activation != "quick_gelu" && t.activation != "gelu" && t.activation != "gelu_new")
    fail(kTag, "{}: hidden_act '{}' is not supported; expected quick_gelu, gelu or gelu_new", where,
         t.activation);
  if (t.width % t.heads != 0)
    fail(kTag, "{}: hidden_size {} is not a multiple of num_attention_heads {}", where, t.width, t.heads);
  if (fields.value_or("attention_dropout", 0.0) != 0)
    fail(kTag, "{}: attention_dropout is not 0; dropout is not supported", where);
  return t;
}

// "text_config", or the values of the older "text_config_dict" over it, as transformers merges them.
nlohmann::json part_of(const nlohmann::json& json, const std::string& key, const std::string& where) {
  auto part = optional_field(json, key, nlohmann::json::object(), where);
  const auto over = optional_field(json, key + "_dict", nlohmann::json::object(), where);
  if (!part.is_object() || !over.is_object()) fail(kTag, "{}: \"{}\" is not an object", where, key);
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
  if (!json.is_object()) fail(kTag, "{}: is not a JSON object", where);
  if (const auto type = json_field<std::string>(json, "model_type", where); type != "clip")
    fail(kTag, "{}: model_type '{}'; expected clip", where, type);
  const auto text_json = part_of(json, "text_config", where),
             vision_json = part_of(json, "vision_config", where);
  const ConfigFields fields(json, where, kTag), text(text_json, where + ": text_config", kTag),
      vision(vision_json, where + ": vision_config", kTag);
  constexpr int64_t kMostPixels = 1 << 14;  // per side
  ClipConfig c;
  c.text = read_tower(text, {512, 12, 8, 2048});
  c.vision = read_tower(vision, {768, 12, 12, 3072});
  c.vocab_size = text.size_or("vocab_size", 49408);
  c.positions = text.size_or("max_position_embeddings", 77);
  c.eos_token_id = text.value_or<int64_t>("eos_token_id", 49407);
  c.image_size = vision.size_or("image_size", 224, kMostPixels);
  c.patch_size = vision.size_or("patch_size", 32, kMostPixels);
  c.embedding = fields.size_or("projection_dim", 512);
  c.logit_scale = fields.value_or("logit_scale_init_value", c.logit_scale);
  if (c.patch_size > c.image_size)
    fail(kTag, "{}: patch_size {} exceeds image_size {}", where, c.patch_size, c.image_size);
  if (const auto channels = vision.value_or<int64_t>("num_channels", 3); channels != 3)
    fail(kTag, "{}: num_channels is {}; expected 3", where, channels);
  if (c.eos_token_id < 0 || (!c.pools_at_largest() && c.eos_token_id >= c.vocab_size))
    fail(kTag, "{}: eos_token_id {} is outside the vocabulary of {}", where, c.eos_token_id, c.vocab_size);
  return c;
}

BlockShape block_shape(const ClipTower& tower) {
  return {.layers = tower.layers,
          .width = tower.width,
          .heads = tower.heads,
          .inner = tower.inner,
          .query = tower.width,
          .kv = tower.width,
          .mlp = tower.activation == "quick_gelu" ? kQuickGeluMlp : kGeluMlp};
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
