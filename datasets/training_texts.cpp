#include "datasets/training_texts.h"

#include <utility>

namespace rnb {

TrainingTexts::TrainingTexts(uint64_t seed, size_t texts, size_t bytes)
    : places_(seed, "tokenizer/texts"), drops_(seed, "tokenizer/drops"), most_(texts), most_bytes_(bytes) {}

void TrainingTexts::add(std::string text) {
  ++seen_;
  if (kept_.size() < most_) {
    bytes_ += text.size();
    kept_.push_back(std::move(text));
  } else if (const uint64_t place = places_.below(seen_); place < most_) {
    bytes_ += text.size() - kept_[place].size();
    kept_[place] = std::move(text);
  }
  // A sample of k that loses one at random is a sample of k - 1: go on with that many.
  while (bytes_ > most_bytes_ && kept_.size() > 1) {
    const uint64_t place = drops_.below(kept_.size());
    bytes_ -= kept_[place].size();
    std::swap(kept_[place], kept_.back());
    kept_.pop_back();
    most_ = kept_.size();
  }
}

}  // namespace rnb
