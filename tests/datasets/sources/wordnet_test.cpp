#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::HasSubstr;

// Lines made up in the format of wndb(5WN); lexicographer files by lexnames(5WN): 05 noun.animal, 44 adj.ppl,
// 31 verb.cognition.
TEST(WordNet, TurnsDataLinesIntoHeadwordAndGloss) {
  const ScratchFolder folder;
  folder.write("data.noun", "  1 the licence\n00000042 05 n 01 sea_cow 0 000 | eats grass; \"moo\"  \n");
  folder.write("data.verb", "00000042 31 v 01 ponder 0 000 | think hard  \n00000043 77 v 01 x 0 000 | y\n");
  folder.write("data.adj", "00000007 44 s 01 galore(ip) 0 000 | in plenty  \n00000008 00 a 01 bare 0 000\n");
  folder.write("data.adv", "short\n");
  const auto rows = read_all("wordnet", options_from(folder.path()));
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(example_at(rows, 0).id, "n00000042");
  EXPECT_EQ(example_at(rows, 0).prompt, "sea cow: ");
  EXPECT_EQ(example_at(rows, 0).completion, "eats grass; \"moo\"");
  EXPECT_EQ(example_at(rows, 0).domain, "noun.animal");
  EXPECT_EQ(example_at(rows, 1).id, "v00000042");
  EXPECT_EQ(example_at(rows, 1).domain, "verb.cognition");
  EXPECT_EQ(bad_at(rows, 2).where, (folder.path() / "data.verb").string() + ":2");
  EXPECT_THAT(bad_at(rows, 2).reason, HasSubstr("'77'; expected 00 to 44"));
  EXPECT_EQ(example_at(rows, 3).prompt, "galore: ");
  EXPECT_EQ(example_at(rows, 3).domain, "adj.ppl");
  EXPECT_THAT(bad_at(rows, 4).reason, HasSubstr("no gloss"));
  EXPECT_THAT(bad_at(rows, 5).reason, HasSubstr("fewer than 5 fields"));
}

TEST(WordNet, SaysHowToGetTheFiles) {
  const ScratchFolder folder;
  EXPECT_THAT(error_of([&] { read_all("wordnet", options_from(folder.path())); }), HasSubstr("wordnet-base"));
}

}  // namespace
}  // namespace rnb
