#include "datasets/readers/json_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
using testing::HasSubstr;

struct Read {
  std::vector<std::string> members, elements;
  std::string where, why;  // of BrokenJson
};

// Everything of a file, going into the arrays named "list".
Read read_pieces(const std::string& text) {
  const ScratchFolder folder;
  Read out;
  JsonPieces pieces(folder.write("x.json", text));
  try {
    while (const auto name = pieces.next_member()) {
      out.members.push_back(*name);
      if (*name == "value") out.elements.push_back(pieces.value().dump());
      if (*name != "list" || !pieces.enter_array()) continue;
      while (const auto element = pieces.next_element())
        out.elements.push_back(pieces.parse(*element).dump());
    }
  } catch (const BrokenJson& e) {
    out.where = std::filesystem::path(e.where).filename().string();
    out.why = e.what();
  }
  return out;
}

TEST(JsonPieces, GivesTheElementsThatAParserOfTheWholeGives) {
  const std::string text =
      R"({"a": {"list": ["]", "\"}", [1, {}]]}, "list" : [ 1, "two, [3]" ,{"n\u00e9": ["\\"]}, [[]], -2.5e3 ,null],
    "b": true, "value": [1, {"c": "}"}], "list": [], "z": 0})";
  const Read read = read_pieces(text);
  EXPECT_EQ(read.why, "");
  EXPECT_THAT(read.members, testing::ElementsAre("a", "list", "b", "value", "list", "z"));
  std::vector<std::string> expected;
  // Of several members of one name, nlohmann keeps the last: parse the first list by itself.
  const size_t at = text.find("[ 1,"), end = text.find(",\n    \"b\"");
  for (const auto& e : nlohmann::json::parse(text.substr(at, end - at))) expected.push_back(e.dump());
  expected.push_back(nlohmann::json::parse(text).at("value").dump());
  EXPECT_EQ(read.elements, expected);
}

TEST(JsonPieces, ReadsAcrossItsBlocks) {
  std::string text = "{\"list\": [";
  for (int i = 0; i < 30'000; ++i)
    text += (i ? ",\"" : "\"") + std::string(static_cast<size_t>(i % 97), 'x') + "\"";
  const Read read = read_pieces(text + "]}");
  ASSERT_EQ(read.elements.size(), 30'000U);
  for (size_t i = 0; i < read.elements.size(); ++i) ASSERT_EQ(read.elements[i].size(), i % 97 + 2);
}

TEST(JsonPieces, SkipsAByteOrderMark) {
  EXPECT_THAT(read_pieces("\xef\xbb\xbf{\"a\": 1}").members, testing::ElementsAre("a"));
}

struct Mistake {
  const char *name, *text, *where, *why;
};
class BrokenPieces : public testing::TestWithParam<Mistake> {};

// Bytes counted by hand.
TEST_P(BrokenPieces, NameTheLineTheByteAndWhatWasFound) {
  const Read read = read_pieces(GetParam().text);
  EXPECT_EQ(read.where, GetParam().where);
  EXPECT_THAT(read.why, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    , BrokenPieces,
    testing::Values(
        Mistake{"empty", "", "x.json:1", "byte 0: expected '{' at the start, found the end of the file"},
        Mistake{"array", "[1]", "x.json:1", "found '['"},
        Mistake{"no_comma", "{\"a\": 1\n \"b\": 2}", "x.json:2",
                "byte 9: expected ',' or '}' after a member, found '\"'"},
        Mistake{"no_colon", "{\"a\" 1}", "x.json:1", "byte 5: expected ':'"},
        Mistake{"no_name", "{1: 2}", "x.json:1", "byte 1: expected a member's name, found '1'"},
        Mistake{"no_value", "{\"a\": }", "x.json:1", "byte 6: expected a value, found '}'"},
        Mistake{"cut_in_a_list", "{\"list\": [1,\n2", "x.json:2",
                "byte 14: expected ',' or ']' after an element, found the end"},
        Mistake{"cut_in_a_string", "{\"list\": [\"ab", "x.json:1",
                "the file ends within the string that starts at byte 10"},
        Mistake{"cut_in_an_object", "{\"list\": [{\"a\": 1,", "x.json:1",
                "the file ends within the value that starts at byte 10"},
        Mistake{"wrong_bracket", "{\"list\": [{\"a\": [1}]}", "x.json:1", "expected ']', found '}'"},
        Mistake{"comma_for_a_value", "{\"list\": [1,,2]}", "x.json:1",
                "byte 12: expected a value, found ','"},
        Mistake{"bad_word", "{\"list\": [1,\n  {\"a\":\n tru}]}", "x.json:3",
                "byte 25: is not valid JSON: syntax error"},
        Mistake{"more_behind", "{}\n{}", "x.json:2", "byte 3: expected nothing after the object"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(JsonPieces, RefusesWhatWouldNotFitIntoMemory) {
  EXPECT_THAT(read_pieces("{\"value\": \"" + std::string((64 << 20) + 1, 'x') + "\"}").why,
              HasSubstr("64 MiB"));
  EXPECT_THAT(read_pieces("{\"list\": [" + std::string(2000, '[') + std::string(2000, ']') + "]}").why,
              HasSubstr("1000 deep"));
  // What nobody asks for may be as long as it likes.
  EXPECT_EQ(read_pieces("{\"skipped\": \"" + std::string((64 << 20) + 1, 'x') + "\"}").why, "");
}

TEST(JsonPieces, RefusesAFolderAndAMissingFile) {
  const ScratchFolder folder;
  EXPECT_THROW(JsonPieces(folder.path()), Error);
  EXPECT_THROW(JsonPieces(folder.path() / "no.json"), Error);
}

}  // namespace
}  // namespace rnb
