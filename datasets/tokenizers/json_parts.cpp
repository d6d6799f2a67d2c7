#include "datasets/tokenizers/json_parts.h"

#include "base/error.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {

std::string JsonPart::type() const {
  if (value.is_null()) return "";
  if (!value.is_object()) fail("tokenizer", "{}: is neither an object nor null", where);
  return field<std::string>("type");
}

void JsonPart::unsupported(std::string_view what) const {
  fail("tokenizer",
       "{}: {} is not supported; rnb reads byte-level BPE (GPT-2, Qwen2, Llama 3, ModernBERT, CLIP) and "
       "BERT's WordPiece",
       where, what);
}

namespace {

// The parts of a Sequence, or the part itself.
template <typename Visit>
void each_part(const JsonPart& part, const char* list, const Visit& visit, int depth = 0) {
  constexpr int kDeepest = 16;
  if (depth > kDeepest) part.unsupported("a Sequence in more than 16 others");
  if (part.type().empty()) return;
  if (part.type() != "Sequence") return visit(part);
  const auto& parts = part.value.find(list);
  if (parts == part.value.end() || !parts->is_array()) json_field_failed(list, part.where, "is not a list");
  for (const auto& inner : *parts) each_part(JsonPart{inner, part.where}, list, visit, depth + 1);
}

// {"String": s} or {"Regex": s}
struct Pattern {
  std::string text;
  bool regex = false;
};

Pattern read_pattern(const JsonPart& part) {
  const auto pattern = part.field<nlohmann::json>("pattern");
  const JsonPart inner{pattern, part.where + ": pattern"};
  if (!pattern.is_object() || pattern.size() != 1)
    json_field_failed("pattern", part.where, "has an unknown form");
  if (pattern.contains("Regex")) return {inner.field<std::string>("Regex"), true};
  return {inner.field<std::string>("String"), false};
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{}-#/ )").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void read_normalizer_step(const JsonPart& part, TextNormalizer& out) {
  const std::string type = part.type();
  if (type == "NFC") return out.add(UnicodeForm::Nfc);
  if (type == "NFD") return out.add(UnicodeForm::Nfd);
  if (type == "NFKC") return out.add(UnicodeForm::Nfkc);
  if (type == "NFKD") return out.add(UnicodeForm::Nfkd);
  if (type == "Lowercase") return out.add(LowerCase{});
  if (type != "Replace") part.unsupported("'" + type + "'");
  const Pattern from = read_pattern(part);
  const auto to = part.field<std::string>("content");
  require_utf8(to, part.where);
  constexpr size_t kLongest = 256;  // a longer one could blow a text up beyond all memory
  if (to.size() > kLongest) json_field_failed("content", part.where, "is longer than 256 bytes");
  if (from.text.empty()) json_field_failed("pattern", part.where, "is empty");
  if (from.regex && from.text == R"(\s+)" && to == " ") return out.add(CollapseSpaces{});
  if (from.regex) return out.add(ReplacePattern{Regex(from.text, part.where), to});
  out.add(ReplaceText{from.text, to});
}

std::unique_ptr<WordSplitter> read_split(const JsonPart& part) {
  const Pattern pattern = read_pattern(part);
  const auto behavior = part.field<std::string>("behavior");
  const bool invert = part.field_or("invert", false);
  KeptPieces keep = KeptPieces::Both;
  if (behavior == "Removed") {
    keep = invert ? KeptPieces::Matches : KeptPieces::Gaps;
  } else if (behavior != "Isolated") {
    part.unsupported("Split with behavior '" + behavior + "'");
  }
  return pattern_words(pattern.regex ? pattern.text : escaped(pattern.text), keep, part.where);
}

}  // namespace

void read_normalizer(const JsonPart& part, TextNormalizer& out) {
  each_part(part, "normalizers", [&](const JsonPart& step) { read_normalizer_step(step, out); });
}

void read_pre_tokenizer(const JsonPart& part, BpeParts& out) {
  std::vector<std::unique_ptr<WordSplitter>> stages;
  bool byte_level = false;
  each_part(part, "pretokenizers", [&](const JsonPart& stage) {
    const std::string type = stage.type();
    if (byte_level) stage.unsupported("'" + type + "' after ByteLevel");
    if (type == "Split") {
      stages.push_back(read_split(stage));
    } else if (type == "Digits") {
      const bool single = stage.field_or("individual_digits", false);
      stages.push_back(pattern_words(single ? R"(\p{N})" : R"(\p{N}+)", KeptPieces::Both, stage.where));
    } else if (type == "ByteLevel") {
      byte_level = true;
      out.prefix_space = stage.field_or("add_prefix_space", true);
      if (out.prefix_space && !stages.empty())
        stage.unsupported("ByteLevel with add_prefix_space after another");
      if (stage.field_or("use_regex", true)) stages.push_back(gpt2_words());
    } else {
      stage.unsupported("'" + type + "'");
    }
  });
  if (!byte_level) part.unsupported("a pre-tokenizer without ByteLevel");
  if (stages.empty()) stages.push_back(pattern_words(R"([\s\S]+)", KeptPieces::Both, part.where));
  out.words = chained_words(std::move(stages));
}

namespace {

int32_t id_of(const JsonPart& part, const BpeParts& parts, const std::string& token) {
  for (const AddedTokens* added : {&parts.raw, &parts.normalized})
    for (const AddedToken& t : added->all())
      if (t.content == token) return t.id;
  const int32_t id = parts.bpe->tokens().find(token);
  if (id < 0) fail("tokenizer", "{}: '{}' is not in the vocabulary", part.where, shown(token));
  return id;
}

// "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, ...]
void read_template(const JsonPart& part, BpeParts& out) {
  bool seen = false;
  for (const auto& item : part.field<std::vector<nlohmann::json>>("single")) {
    if (!item.is_object() || item.size() != 1) json_field_failed("single", part.where, "has an unknown form");
    const JsonPart inner{item.begin().value(), part.where + ": single"};
    const auto name = inner.field<std::string>("id");
    if (item.begin().key() == "Sequence") {
      if (seen || name != "A") part.unsupported("a template that is not tokens, one text, tokens");
      seen = true;
    } else if (item.begin().key() == "SpecialToken") {
      (seen ? out.after : out.before).push_back(id_of(inner, out, name));
    } else {
      part.unsupported("'" + item.begin().key() + "' in a template");
    }
  }
  if (!seen) json_field_failed("single", part.where, "has no place for the text");
}

}  // namespace

void read_post_processor(const JsonPart& part, BpeParts& out) {
  each_part(part, "processors", [&](const JsonPart& step) {
    const std::string type = step.type();
    if (type == "ByteLevel") return;  // offsets only
    if (type == "TemplateProcessing") return read_template(step, out);
    if (type != "RobertaProcessing" && type != "BertProcessing") step.unsupported("'" + type + "'");
    using Named = std::pair<std::string, int64_t>;
    out.before = {id_of(step, out, step.field<Named>("cls").first)};
    out.after = {id_of(step, out, step.field<Named>("sep").first)};
  });
}

std::unique_ptr<ByteBpe> read_bpe_model(const JsonPart& part) {
  if (part.field_or("dropout", 0.0) != 0.0) part.unsupported("BPE with dropout");
  if (!part.field_or<std::string>("continuing_subword_prefix", "").empty())
    part.unsupported("BPE with continuing_subword_prefix");
  const auto vocab = part.value.find("vocab"), merges = part.value.find("merges");
  if (vocab == part.value.end() || !vocab->is_object())
    json_field_failed("vocab", part.where, "is not an object");
  if (merges == part.value.end() || !merges->is_array())
    json_field_failed("merges", part.where, "is not a list");
  TokenTable tokens;
  for (const auto& [token, id] : vocab->items()) {
    if (!id.is_number_integer())
      json_field_failed("vocab", part.where, "holds an id that is no whole number");
    tokens.add(token, id.get<int64_t>(), part.where);
  }
  auto bpe = std::make_unique<ByteBpe>(
      std::move(tokens),
      BpeOptions{part.field_or<std::string>("end_of_word_suffix", ""), part.field_or("ignore_merges", false)},
      part.where);
  size_t rank = 0;
  for (const auto& merge : *merges) {  // ["a", "b"], in older files "a b"
    const auto place = [&] { return fmt::format("{}: merge {}", part.where, rank); };
    if (merge.is_string()) {
      const auto& text = merge.get_ref<const std::string&>();
      const size_t space = text.find(' ');
      if (space == std::string::npos || space == 0 || space + 1 == text.size())
        fail("tokenizer", "{}: expected two tokens with a space between them", place());
      bpe->add_merge(std::string_view(text).substr(0, space), std::string_view(text).substr(space + 1),
                     place());
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      bpe->add_merge(merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>(), place());
    } else {
      fail("tokenizer", "{}: expected two tokens", place());
    }
    ++rank;
  }
  return bpe;
}

}  // namespace rnb
