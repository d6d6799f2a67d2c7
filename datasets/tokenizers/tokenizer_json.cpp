#include "datasets/tokenizers/tokenizer_json.h"

#include "base/error.h"
#include "datasets/tokenizers/json_parts.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

nlohmann::json parsed(const std::string& text, const std::string& where) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    fail("tokenizer", "{}: is not valid JSON: {}", where, e.what());
  }
}

const nlohmann::json& component(const nlohmann::json& json, const char* name) {
  static const nlohmann::json kNull;
  const auto it = json.find(name);
  return it == json.end() ? kNull : *it;
}

void read_added_tokens(const nlohmann::json& json, const std::string& where, BpeParts& out) {
  const auto& list = component(json, "added_tokens");
  if (list.is_null()) return;
  if (!list.is_array()) json_field_failed("added_tokens", where, "is not a list");
  std::string buffer;
  TokenTable seen;
  for (const auto& entry : list) {
    const JsonPart part{entry, where + ": added_tokens"};
    AddedToken token;
    token.content = part.field<std::string>("content");
    const auto id = part.field<int64_t>("id");
    require_utf8(token.content, part.where);
    seen.add(token.content, id, part.where);
    const int32_t known = out.bpe->tokens().find(token.content);
    const bool taken =
        known < 0 && id < out.bpe->tokens().size() && out.bpe->tokens().has(static_cast<int32_t>(id));
    if ((known >= 0 && known != id) || taken)
      fail("tokenizer", "{}: '{}' has id {}, which the vocabulary gives otherwise", part.where,
           shown(token.content), id);
    token.id = static_cast<int32_t>(id);
    token.special = part.field_or("special", false);
    token.normalized = part.field_or("normalized", !token.special);
    token.single_word = part.field_or("single_word", false);
    token.lstrip = part.field_or("lstrip", false);
    token.rstrip = part.field_or("rstrip", false);
    if (!token.normalized) {
      out.raw.add(std::move(token));
      continue;
    }
    token.content = std::string(out.normalizer.apply(token.content, buffer));
    out.normalized.add(std::move(token));
  }
}

// A token named as "eos_token": "x" or {"content": "x"}; -1: not named, or named null.
int32_t named_token(const nlohmann::json& json, const char* key, const BpeParts& parts) {
  const auto& value = component(json, key);
  const auto& text = value.is_object() ? component(value, "content") : value;
  if (!text.is_string()) return -1;
  const auto& name = text.get_ref<const std::string&>();
  for (const AddedTokens* added : {&parts.raw, &parts.normalized})
    for (const AddedToken& token : added->all())
      if (token.content == name) return token.id;
  return parts.bpe->tokens().find(name);
}

// What starts and ends an example: as the folder names it. Without a word from it, an encoder's own two, else
// what models in wide use write there.
void read_special_roles(const fs::path& folder, BpeParts& out) {
  bool said = false;
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const fs::path file = folder / name;
    if (!fs::exists(file)) continue;
    std::string text = read_tokenizer_file(file);
    const auto json = parsed(text, file.string());
    if (!json.is_object()) fail("tokenizer", "{}: is not an object", file.string());
    if (!said) {
      said = json.contains("bos_token") || json.contains("eos_token") || json.contains("cls_token");
      out.bos = named_token(json, "bos_token", out);
      out.eos = named_token(json, "eos_token", out);
      if (out.bos < 0 && out.eos < 0) {
        out.bos = named_token(json, "cls_token", out);
        out.eos = named_token(json, "sep_token", out);
      }
    }
    if (out.pad < 0) out.pad = named_token(json, "pad_token", out);
    out.files.emplace_back(name, std::move(text));
  }
  const auto first_known = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const int32_t id = named_token({{"x", name}}, "x", out); id >= 0) return id;
    return -1;
  };
  if (!said) {
    out.bos = first_known({"<s>", "<|startoftext|>", "<|begin_of_text|>", "<bos>", "[CLS]"});
    out.eos = first_known({"</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "[SEP]"});
  }
  if (out.pad < 0) out.pad = first_known({"[PAD]", "<pad>", "<|padding|>"});
  if (out.pad < 0) out.pad = out.eos;
}

std::string model_of(const nlohmann::json& json, const std::string& where) {
  const auto& model = component(json, "model");
  // Files older than the field hold BPE.
  if (model.is_object() && !model.contains("type") && model.contains("merges")) return "BPE";
  return JsonPart{model, where + ": model"}.type();
}

}  // namespace

std::unique_ptr<Tokenizer> load_tokenizer_json(const fs::path& folder) {
  const fs::path file = folder / "tokenizer.json";
  const std::string where = file.string();
  std::string text = read_tokenizer_file(file);
  const auto json = parsed(text, where);
  if (!json.is_object()) fail("tokenizer", "{}: is not an object", where);
  const std::string model = model_of(json, where);
  if (model == "WordPiece") {
    const fs::path vocabulary = folder / "vocab.txt";
    return load_wordpiece_tokenizer(fs::exists(vocabulary) ? vocabulary : file);
  }
  if (model != "BPE")
    fail("tokenizer", "{}: model '{}' is not supported; expected BPE or WordPiece", where, shown(model));
  const auto part = [&](const char* name) { return JsonPart{component(json, name), where + ": " + name}; };
  BpeParts parts;
  parts.kind = "tokenizer.json";
  parts.files.emplace_back("tokenizer.json", std::move(text));
  // The components first: what there is no code for is said before the vocabulary is gone through.
  read_normalizer(part("normalizer"), parts.normalizer);
  read_pre_tokenizer(part("pre_tokenizer"), parts);
  parts.bpe = read_bpe_model(part("model"));
  read_added_tokens(json, where, parts);
  read_post_processor(part("post_processor"), parts);
  read_special_roles(folder, parts);
  return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace rnb
