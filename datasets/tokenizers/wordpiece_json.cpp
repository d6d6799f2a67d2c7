#include "datasets/tokenizers/wordpiece_json.h"

#include "base/error.h"
#include "datasets/tokenizers/json_parts.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace {

void require(const JsonPart& part, const std::string& type) {
  if (part.type() != type) part.unsupported(fmt::format("'{}' with WordPiece", part.type()));
}

template <typename T>
void require(const JsonPart& part, const char* key, const T& expected) {
  if (const T found = part.field_or(key, expected); found != expected)
    fail("wordpiece", "{}: {} is {}; expected {}, as BERT's uncased models have it", part.where, key, found,
         expected);
}

}  // namespace

std::string wordpiece_vocabulary(const std::filesystem::path& file) {
  read_tokenizer_file(file);  // for its check of the size
  const auto json = read_json_file(file);
  const std::string where = file.string();
  const auto component = [&](const char* name) { return json_field<nlohmann::json>(json, name, where); };
  const auto normalizer = component("normalizer"), pre_tokenizer = component("pre_tokenizer"),
             model = component("model");
  const JsonPart bert{normalizer, where + ": normalizer"}, pieces{model, where + ": model"};
  require(bert, "BertNormalizer");
  for (const char* key : {"clean_text", "handle_chinese_chars", "lowercase", "strip_accents"})
    require(bert, key, true);
  require(JsonPart{pre_tokenizer, where + ": pre_tokenizer"}, "BertPreTokenizer");
  require(pieces, "WordPiece");
  require(pieces, "continuing_subword_prefix", std::string("##"));
  require(pieces, "unk_token", std::string("[UNK]"));
  require(pieces, "max_input_chars_per_word", int64_t{100});
  const auto& vocabulary = model.find("vocab");
  if (vocabulary == model.end() || !vocabulary->is_object())
    json_field_failed("vocab", pieces.where, "is not an object");
  std::vector<const std::string*> tokens(vocabulary->size());
  for (auto it = vocabulary->begin(); it != vocabulary->end(); ++it) {
    const auto& id = it.value();
    if (!id.is_number_unsigned() || id >= tokens.size() || tokens[id.get<size_t>()])
      fail("wordpiece", "{}: token '{}' has id {}; expected each of 0..{} once", pieces.where,
           shown(it.key()), shown(id.dump()), tokens.size() - 1);
    if (it.key().find('\n') != std::string::npos)
      fail("wordpiece", "{}: a token holds a line break", pieces.where);
    tokens[id.get<size_t>()] = &it.key();
  }
  std::string text;
  for (const std::string* token : tokens) text.append(*token) += '\n';
  return text;
}

}  // namespace rnb
