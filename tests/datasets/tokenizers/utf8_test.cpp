#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "datasets/tokenizer.h"
#include "tests/datasets/tokenizers/reference_data.h"

namespace rnb {
namespace {

struct Bad {
  std::string text;
  size_t offset;
};

// Table 3-7 of the Unicode standard, one step outside each of its ranges.
const std::vector<Bad> kBad{
    {"\x80", 0},
    {"ab\xC1\xBF", 2},
    {"\xC2", 0},
    {"a\xE0\x9F\xBF", 1},
    {"\xED\xA0\x80", 0},
    {"\xE2\x82", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF4\x90\x80\x80", 0},
    {"\xF5\x80\x80\x80", 0},
    {"\xC3\xA9\xFF", 2},
    {"\xE2\x82\xAC\xE2\x28\xA1", 3},
};

TEST(RequireUtf8, NamesTheFirstBadByte) {
  for (const Bad& bad : kBad) {
    try {
      require_utf8(bad.text, "rows.jsonl:7");
      ADD_FAILURE() << testing::PrintToString(bad.text);
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("rows.jsonl:7"));
      EXPECT_THAT(e.what(), testing::HasSubstr("offset " + std::to_string(bad.offset) + " "));
    }
  }
}

TEST(RequireUtf8, TakesTheEndsOfEveryRange) {
  using namespace std::string_literals;
  for (const std::string& good :
       {""s, "\0\x7F"s, "\xC2\x80\xDF\xBF"s, "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"s,
        "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"s})
    EXPECT_NO_THROW(require_utf8(good, "text"));
}

TEST(RequireUtf8, EveryTextTokenizerAsksForIt) {
  for (const char* name : {"gpt2_small", "wordpiece_small"}) {
    const auto tokenizer = load_tokenizer(fixtures() / name);
    for (const Bad& bad : kBad) EXPECT_THROW(tokenizer->encode(bad.text), Error) << name;
  }
}

}  // namespace
}  // namespace rnb
