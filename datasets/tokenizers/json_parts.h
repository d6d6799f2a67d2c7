#pragma once
// The parts of a tokenizer.json (Hugging Face `tokenizers`), read one by one. Whatever asks for a behaviour
// that there is no code for is an Error that names it.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json_file.h"
#include "datasets/tokenizers/bpe_tokenizer.h"

namespace rnb {

// One component of the file: `where` is "<file>: normalizer" and the like.
struct JsonPart {
  const nlohmann::json& value;
  std::string where;

  std::string type() const;  // "" where the component is null
  template <typename T>
  T field(std::string_view key) const;
  template <typename T>
  T field_or(std::string_view key, T otherwise) const;  // absent or null
  [[noreturn]] void unsupported(std::string_view what) const;
};

void read_normalizer(const JsonPart& part, TextNormalizer& out);
void read_pre_tokenizer(const JsonPart& part, BpeParts& out);
// Needs the vocabulary: only names stand in the file's templates.
void read_post_processor(const JsonPart& part, BpeParts& out);
std::unique_ptr<ByteBpe> read_bpe_model(const JsonPart& part);

template <typename T>
T JsonPart::field(std::string_view key) const {
  return json_field<T>(value, key, where);
}

template <typename T>
T JsonPart::field_or(std::string_view key, T otherwise) const {
  return optional_field(value, key, std::move(otherwise), where);
}

}  // namespace rnb
