#include "datasets/store_tokenizer.h"

#include <charconv>

#include "base/error.h"
#include "datasets/good_rows.h"
#include "datasets/training_texts.h"

namespace rnb {
namespace {

constexpr const char* kDefault = "train:4096";
constexpr std::string_view kTrain = "train:";
constexpr size_t kMostTexts = 200'000;  // that a tokenizer is trained on
constexpr size_t kMostBytes = 64 << 20;

std::string wanted(const PrepareOptions& options) {
  return options.tokenizer.empty() ? kDefault : options.tokenizer;
}

}  // namespace

std::string tokenizer_request(const PrepareOptions& options, int64_t fixed) {
  const std::string word = wanted(options);
  return word.starts_with(kTrain) || fixed > 0 ? word : load_tokenizer(word)->digest();
}

std::unique_ptr<Tokenizer> make_tokenizer(const PrepareOptions& options, const SourceSpec& spec,
                                          int64_t fixed) {
  if (fixed > 0) return make_ids_tokenizer(static_cast<int32_t>(fixed));
  const std::string word = wanted(options);
  if (!word.starts_with(kTrain)) return load_tokenizer(word);
  int32_t size = 0;
  const auto [end, code] = std::from_chars(word.data() + kTrain.size(), word.data() + word.size(), size);
  if (code != std::errc() || end != word.data() + word.size())
    fail_usage("prepare", "--tokenizer {}; expected train:SIZE or a folder", word);
  TrainingTexts texts(options.seed, kMostTexts, kMostBytes);
  GoodRows rows(options, spec, GoodRows::Reading::OnlyTexts);
  while (auto e = rows.next())
    if (split_for(*e, options.seed) == Split::Train) texts.add(e->prompt + e->completion);
  return train_sentencepiece(texts.take(), size);
}

Encoded encode(const Tokenizer& tokenizer, const Example& e, LossOn loss_on, Written written) {
  const bool plain = written == Written::Plainly;
  const auto ids = [&](const std::string& text) {
    return plain ? tokenizer.encode(text) : tokenizer.encode_with_specials(text);
  };
  Encoded out;
  if (plain && tokenizer.bos_id() >= 0) out.tokens.push_back(tokenizer.bos_id());
  const auto prompt = ids(e.prompt);
  out.tokens.insert(out.tokens.end(), prompt.begin(), prompt.end());
  out.loss_from = loss_on == LossOn::Completion ? static_cast<int32_t>(out.tokens.size()) : 0;
  const auto completion = ids(e.completion);
  out.tokens.insert(out.tokens.end(), completion.begin(), completion.end());
  if (plain && tokenizer.eos_id() >= 0) out.tokens.push_back(tokenizer.eos_id());
  return out;
}

Split split_for(const Example& e, uint64_t seed) {
  switch (e.hint) {
    case SplitHint::Train:
      return Split::Train;
    case SplitHint::Valid:
      return Split::Valid;
    case SplitHint::Test:
      return Split::Test;
    case SplitHint::None:
      break;
  }
  return split_of(e.id, seed);
}

}  // namespace rnb
