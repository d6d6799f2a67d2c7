#include "datasets/good_rows.h"

#include <cstdio>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "datasets/tokenizer.h"

namespace rnb {
namespace {

constexpr int64_t kShownBadRows = 5;

}  // namespace

GoodRows::GoodRows(const PrepareOptions& options, const SourceSpec& spec, Reading reading)
    : options_(options), skip_(spec.bad_rows == BadRows::Skip || options.bad_rows == BadRows::Skip) {
  SourceOptions source = options.source;
  source.threads = thread_count(options.threads);
  source.only_texts = reading == Reading::OnlyTexts;
  if (source.only_texts) shown_ = kShownBadRows;
  source_ = open_source(spec, source);
}

std::optional<Example> GoodRows::next() {
  while (!ended_) {
    auto row = source_->next();
    if (!row) break;
    auto* const example = std::get_if<Example>(&*row);
    const auto bad = example ? fault(*example) : std::get<BadRow>(*row);
    if (!bad) return std::move(*example);
    leave_out(*bad);
  }
  ended_ = true;
  return std::nullopt;
}

std::optional<BadRow> GoodRows::fault(const Example& example) {
  const std::string where = "example " + example.id;
  try {
    require_utf8(example.prompt, "the prompt");
    require_utf8(example.completion, "the text");
  } catch (const Error& e) {
    return BadRow{where, e.what(), "not UTF-8"};
  }
  if (seen_.insert(hash64(example.id)).second) return std::nullopt;
  return BadRow{where, "the id appears twice; ids decide the split and must be unique", "repeated id"};
}

void GoodRows::leave_out(const BadRow& row) {
  if (!skip_) fail(options_.dataset, "{}: {}; --skip-bad leaves such rows out", row.where, row.reason);
  ++bad_;
  ++kinds_[row.kind];
  if (shown_++ < kShownBadRows) fmt::print(stderr, "skipped {}: {}\n", row.where, row.reason);
}

}  // namespace rnb
