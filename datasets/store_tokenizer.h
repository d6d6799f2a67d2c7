#pragma once
// The tokenizer of a store that is being prepared, and an example in its tokens.

#include <cstdint>
#include <memory>
#include <string>

#include "datasets/prepare.h"
#include "datasets/source_spec.h"
#include "datasets/store/store.h"
#include "datasets/store/store_writer.h"
#include "datasets/tokenizer.h"

namespace rnb {

// What tells two tokenizers apart without making them: "train:SIZE" where one is trained, the digest of a
// folder's. `fixed`: Source::fixed_vocabulary. Throws UsageError for a --tokenizer that is neither.
std::string tokenizer_request(const PrepareOptions& options, int64_t fixed);

// The source is read only where a tokenizer is trained on it: on its training examples, a bounded random
// sample.
std::unique_ptr<Tokenizer> make_tokenizer(const PrepareOptions& options, const SourceSpec& spec,
                                          int64_t fixed);

enum class Written { Plainly, WithControlTokens };  // Source::control_tokens

// BOS, prompt, completion, EOS, uncut; with control tokens neither BOS nor EOS, which the text brings itself.
Encoded encode(const Tokenizer& tokenizer, const Example& example, LossOn loss_on, Written written);

// The source's word, else by id and seed.
Split split_for(const Example& example, uint64_t seed);

}  // namespace rnb
