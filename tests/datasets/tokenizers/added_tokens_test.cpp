#include "datasets/tokenizers/added_tokens.h"

#include <gmock/gmock.h>

namespace rnb {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<std::string, int32_t>> cut(const std::vector<AddedToken>& tokens, std::string_view text,
                                                 Specials specials = Specials::AsTokens) {
  AddedTokens added;
  for (const AddedToken& token : tokens) added.add(token);
  std::vector<TextPiece> pieces;
  added.cut(text, specials, pieces);
  std::vector<std::pair<std::string, int32_t>> out;
  for (const TextPiece& piece : pieces) out.emplace_back(piece.text, piece.id);
  return out;
}

TEST(AddedTokens, AreFoundLeftmostThenLongest) {
  const std::vector<AddedToken> tokens{
      {.content = "<a>", .id = 1}, {.content = "<a><b>", .id = 2}, {.content = "<b>", .id = 3}};
  EXPECT_THAT(cut(tokens, "x<a><b>y<b><a>"),
              ElementsAre(Pair("x", -1), Pair("<a><b>", 2), Pair("y", -1), Pair("<b>", 3), Pair("<a>", 1)));
  EXPECT_THAT(cut(tokens, "plain"), ElementsAre(Pair("plain", -1)));
  EXPECT_TRUE(cut(tokens, "").empty());
}

TEST(AddedTokens, SpecialOnesStayTextUnlessTheyAreAskedFor) {
  const std::vector<AddedToken> tokens{{.content = "<|x|>", .id = 1, .special = true},
                                       {.content = "<y>", .id = 2}};
  EXPECT_THAT(cut(tokens, "<|x|><y>"), ElementsAre(Pair("<|x|>", 1), Pair("<y>", 2)));
  EXPECT_THAT(cut(tokens, "<|x|><y>", Specials::AsText), ElementsAre(Pair("<|x|>", -1), Pair("<y>", 2)));
}

TEST(AddedTokens, TakeWhiteSpaceAlongOrStandAlone) {
  const auto ids = [&](const AddedToken& token, std::string_view text) {
    std::vector<int32_t> out;
    for (const auto& [piece, id] : cut({token}, text)) out.push_back(id);
    return out;
  };
  const AddedToken both{.content = "[M]", .id = 1, .lstrip = true, .rstrip = true};
  EXPECT_THAT(cut({both}, "a  [M] \tb"), ElementsAre(Pair("a", -1), Pair("  [M] \t", 1), Pair("b", -1)));
  const AddedToken alone{.content = "cat", .id = 1, .single_word = true};
  EXPECT_THAT(ids(alone, "a cat, two cats"), ElementsAre(-1, 1, -1));
  EXPECT_THAT(ids(alone,
                  "concat cat_ \xc3\xa9"
                  "cat"),
              ElementsAre(-1));
}

TEST(AddedTokens, AreKnownById) {
  AddedTokens added;
  EXPECT_TRUE(added.empty());
  added.add({.content = "<a>", .id = 7});
  ASSERT_NE(added.find(7), nullptr);
  EXPECT_EQ(added.find(7)->content, "<a>");
  EXPECT_EQ(added.find(8), nullptr);
}

}  // namespace
}  // namespace rnb
