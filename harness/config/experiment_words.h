#pragma once
// The words that stand for an experiment's choices. Text is turned into values in set_key (experiment.cpp)
// and nowhere else; a new choice is one line here.

#include <array>
#include <span>
#include <string_view>

#include "harness/config/experiment.h"

namespace rnb {

template <typename T>
struct Word {
  std::string_view word;
  T value;
};

inline constexpr std::array<Word<bool>, 2> kSwitchWords{{{"off", false}, {"on", true}}};
inline constexpr std::array<Word<Schedule>, 3> kScheduleWords{
    {{"cosine", Schedule::Cosine}, {"linear", Schedule::Linear}, {"constant", Schedule::Constant}}};
inline constexpr std::array<Word<LossMean>, 2> kLossWords{
    {{"token_mean", LossMean::Tokens}, {"example_mean", LossMean::Examples}}};
inline constexpr std::array<Word<Precision>, 2> kPrecisionWords{
    {{"fp32", Precision::Fp32}, {"bf16", Precision::Bf16}}};
inline constexpr std::array<Word<SamplerMode>, 5> kSamplerWords{
    {{"iid", SamplerMode::Iid},
     {"largest_remainder", SamplerMode::LargestRemainder},
     {"quota_round", SamplerMode::QuotaRound},
     {"quota_batch", SamplerMode::QuotaBatch},
     {"microbatch", SamplerMode::Microbatch}}};

// The words of one type.
constexpr std::span<const Word<bool>> words_for(bool) {
  return kSwitchWords;
}
constexpr std::span<const Word<Schedule>> words_for(Schedule) {
  return kScheduleWords;
}
constexpr std::span<const Word<LossMean>> words_for(LossMean) {
  return kLossWords;
}
constexpr std::span<const Word<Precision>> words_for(Precision) {
  return kPrecisionWords;
}
constexpr std::span<const Word<SamplerMode>> words_for(SamplerMode) {
  return kSamplerWords;
}

template <typename T>
constexpr std::string_view word_for(T value) {
  for (const auto& w : words_for(value))
    if (w.value == value) return w.word;
  return "";
}

}  // namespace rnb
