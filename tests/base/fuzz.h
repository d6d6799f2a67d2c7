#pragma once
// Seeded damage to good input. Whatever the bytes, a parser gives a value or an Error, never a crash; the
// asan preset shows reads out of bounds.
//
// A fuzz test is `TEST(Fuzz, Parser) { fuzz("parser", rounds, [](Rng& rng) { ... }); }`: that many rounds, or
// as many as fit into RNB_FUZZ_SECONDS seconds (the `slow` variant: cmake/targets.cmake). A round depends on
// the name and its number alone; a failure names it, and RNB_FUZZ_ROUND runs that one.

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace rnb {

template <typename Round>
void fuzz(std::string_view name, uint64_t rounds, const Round& round) {
  using Clock = std::chrono::steady_clock;
  const char* const seconds = std::getenv("RNB_FUZZ_SECONDS");
  const char* const only = std::getenv("RNB_FUZZ_ROUND");
  const auto end = Clock::now() + std::chrono::duration<double>(seconds ? std::atof(seconds) : 0);
  const uint64_t first = only ? std::strtoull(only, nullptr, 10) : 0;
  for (uint64_t i = first; only ? i == first : seconds ? Clock::now() < end : i < rounds; ++i) {
    SCOPED_TRACE("RNB_FUZZ_ROUND=" + std::to_string(i));
    Rng rng(1, name, i);
    round(rng);
    if (testing::Test::HasFatalFailure()) return;
  }
}

// One to four damages: a byte changed, cut out or set to a character of `marks` (what the format is sensitive
// to), a piece repeated elsewhere, the end cut off.
inline std::string damaged(std::string content, Rng& rng,
                           std::string_view marks = "{}[]\",:\\0-9e(')\n\r\t ") {
  for (uint64_t n = 1 + rng.below(4); n > 0 && !content.empty(); --n) {
    const auto at = rng.below(content.size());
    switch (rng.below(6)) {
      case 0:
        content[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        content.erase(at, 1 + rng.below(30));
        break;
      case 2:
        content.insert(at, content.substr(rng.below(content.size()), 1 + rng.below(40)));
        break;
      case 3:
        if (rng.below(4) == 0) content.resize(at);
        break;
      case 4:
        content.insert(at, 1, marks[rng.below(marks.size())]);
        break;
      default:
        content[at] = marks[rng.below(marks.size())];
    }
  }
  return content;
}

// Runs a parser on damaged input. Returns whether it gave a value; an Error must say something.
template <typename Parse>
bool accepted(const Parse& parse) {
  try {
    parse();
    return true;
  } catch (const Error& e) {
    EXPECT_GT(std::string_view(e.what()).size(), 10U);
    return false;
  }
}

}  // namespace rnb
