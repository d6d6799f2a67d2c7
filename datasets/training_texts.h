#pragma once
// A bounded random sample of a stream of texts, to train a tokenizer on.

#include <string>
#include <vector>

#include "base/random.h"

namespace rnb {

class TrainingTexts {
 public:
  // At most `texts` of them and `bytes` together (one text at least).
  TrainingTexts(uint64_t seed, size_t texts, size_t bytes);
  // Every text has the same chance to be kept, whatever the number of threads that made it.
  void add(std::string text);
  std::vector<std::string> take() { return std::move(kept_); }

 private:
  Rng places_, drops_;
  size_t most_, most_bytes_, bytes_ = 0;
  uint64_t seen_ = 0;
  std::vector<std::string> kept_;
};

}  // namespace rnb
