#include "datasets/tokenizers/vocabulary_files.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "datasets/tokenizers/byte_level.h"
#include "datasets/tokenizers/gunzip.h"
#include "datasets/tokenizers/tokenizer_file.h"

namespace rnb {
namespace {

constexpr const char *kEndOfText = "<|endoftext|>", *kStartOfText = "<|startoftext|>", *kWordEnd = "</w>";

TokenTable read_vocab(const std::string& text, const std::string& where) {
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    fail("tokenizer", "{}: is not valid JSON: {}", where, e.what());
  }
  if (!json.is_object() || json.empty()) fail("tokenizer", "{}: expected an object of token -> id", where);
  TokenTable tokens;
  for (const auto& [token, id] : json.items()) {
    if (!id.is_number_integer() || id < 0 || id >= json.size())
      fail("tokenizer", "{}: token '{}' has id {}; expected each of 0..{} once", where, shown(token),
           shown(id.dump()), json.size() - 1);
    tokens.add(token, id.get<int64_t>(), where);
  }
  return tokens;
}

// Every line with its number, without the line end.
template <typename Visit>
void each_line(std::string_view text, const Visit& visit) {
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    visit(line, ++number);
    at = end + 1;
  }
}

std::pair<std::string_view, std::string_view> two_tokens(std::string_view line, const std::string& where) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == line.size())
    fail("tokenizer", "{}: expected two tokens with a space between them", where);
  return {line.substr(0, space), line.substr(space + 1)};
}

// A control token by name, where the vocabulary has it.
int32_t add_special(BpeParts& parts, const char* name) {
  const int32_t id = parts.bpe->tokens().find(name);
  if (id >= 0) parts.raw.add({name, id, true});
  return id;
}

// As Hugging Face's CLIPTokenizer. OpenAI's own code first repairs texts (ftfy, HTML entities), which this
// does not.
void make_clip(BpeParts& parts) {
  parts.kind = "clip";
  parts.normalizer.add(UnicodeForm::Nfc);
  parts.normalizer.add(CollapseSpaces{});
  parts.normalizer.add(LowerCase{});
  std::vector<std::unique_ptr<WordSplitter>> stages;
  stages.push_back(clip_words(ControlNames::Whole));
  stages.push_back(gpt2_words());
  parts.words = chained_words(std::move(stages));
  parts.bos = add_special(parts, kStartOfText);
  parts.eos = parts.pad = add_special(parts, kEndOfText);
  if (parts.bos >= 0) parts.before = {parts.bos};
  if (parts.eos >= 0) parts.after = {parts.eos};
}

void make_gpt2(BpeParts& parts) {
  parts.kind = "gpt2";
  parts.words = gpt2_words();
  parts.bos = parts.eos = parts.pad = add_special(parts, kEndOfText);
}

}  // namespace

void add_merge_lines(ByteBpe& bpe, std::string_view text, const std::string& where) {
  each_line(text, [&](std::string_view line, size_t number) {
    if (line.empty() || (number == 1 && line.starts_with("#version"))) return;
    const std::string place = fmt::format("{}:{}", where, number);
    const auto [left, right] = two_tokens(line, place);
    bpe.add_merge(left, right, place);
  });
}

std::unique_ptr<BpeTokenizer> load_vocabulary_files(const std::filesystem::path& folder) {
  BpeParts parts;
  std::string vocab = read_tokenizer_file(folder / "vocab.json"),
              merges = read_tokenizer_file(folder / "merges.txt");
  const std::string where = (folder / "vocab.json").string();
  TokenTable tokens = read_vocab(vocab, where);
  const bool clip = tokens.find(kStartOfText) >= 0 && tokens.find(std::string("a") + kWordEnd) >= 0;
  parts.bpe = std::make_unique<ByteBpe>(std::move(tokens), BpeOptions{clip ? kWordEnd : ""}, where);
  add_merge_lines(*parts.bpe, merges, (folder / "merges.txt").string());
  if (clip) {
    make_clip(parts);
  } else {
    make_gpt2(parts);
  }
  parts.files = {{"vocab.json", std::move(vocab)}, {"merges.txt", std::move(merges)}};
  return std::make_unique<BpeTokenizer>(std::move(parts));
}

// The file holds merges alone: the vocabulary is the bytes in GPT-2's order, the bytes at the end of a word,
// the merges' joints, and two control tokens. Of the file's merges only the first 48,894 belong to the model.
std::unique_ptr<BpeTokenizer> load_clip_tokenizer(const std::filesystem::path& file) {
  constexpr size_t kMostMerges = 49152 - 256 - 2, kMostBytes = 64 << 20;
  std::string packed = read_tokenizer_file(file);
  const std::string where = file.string();
  const std::string text = file.extension() == ".gz" ? gunzip(packed, kMostBytes, where) : packed;
  require_utf8(text, where);
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  each_line(text, [&](std::string_view line, size_t number) {
    if (number == 1 || line.empty() || merges.size() == kMostMerges) return;  // the first line is a title
    merges.push_back(two_tokens(line, fmt::format("{}:{}", where, number)));
  });
  TokenTable tokens;
  auto order = byte_stand_ins();
  std::ranges::stable_sort(order);  // the printable ones first, as OpenAI's code lists them
  for (const char* suffix : {"", kWordEnd})
    for (const int32_t code : order) {
      std::string token;
      append_code_point(token, code);
      tokens.add(token + suffix, tokens.size(), where);
    }
  for (const auto& [left, right] : merges) tokens.add(std::string(left).append(right), tokens.size(), where);
  for (const char* name : {kStartOfText, kEndOfText}) tokens.add(name, tokens.size(), where);
  BpeParts parts;
  parts.bpe = std::make_unique<ByteBpe>(std::move(tokens), BpeOptions{kWordEnd}, where);
  for (const auto& [left, right] : merges) parts.bpe->add_merge(left, right, where);
  make_clip(parts);
  parts.files = {{file.filename().string(), std::move(packed)}};
  return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace rnb
