// The flat mirror of Super-NaturalInstructions, from files written by hand.

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"

namespace rnb {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(SniFlat, JoinsItsCategoriesFromOfficialFiles) {
  const ScratchFolder folder;
  write_flat_sni(folder);
  write_sni_folder(folder, 1);
  const std::map<std::string, std::string> join{{"categories", (folder.path() / "ni/tasks").string()}};
  const ReadOut read = read_out("sni", options_from(folder.path() / "flat", join));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 6), Pair("Titles", 3)));
  EXPECT_EQ(read.examples.at(1).id, "task1-1");
  EXPECT_EQ(read.examples.at(1).prompt, "Do\n\nq1\n\n");
  EXPECT_EQ(read.examples.at(1).completion, "a1");
  EXPECT_THAT(read.notes, ElementsAre("1 instances were left out: their output is empty",
                                      "1 rows were left out: further outputs of the instance before them"));
  int held_out = 0;
  for (const Example& e : read_out("sni_test", options_from(folder.path() / "flat", join)).examples)
    held_out += e.hint != SplitHint::Train;
  EXPECT_EQ(held_out, 3);  // the mirror's own folders are the split
}

TEST(SniFlat, JoinsItsCategoriesFromTables) {
  const ScratchFolder folder;
  write_flat_sni(folder);
  const auto a = folder.write("a.tsv", "task\tcategory\tn_samples\ntask1_t\tsums\t3\ntask2_t\tsums\t3\r\n");
  const auto b = folder.write("b.tsv", "n\tcategory\ttask\n1\ttitles\ttask4_t\n");
  const ReadOut read =
      read_out("sni", options_from(folder.path() / "flat", {{"categories", a.string() + "," + b.string()}}));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("sums", 6), Pair("titles", 3)));
  EXPECT_THAT(read.notes, testing::Contains(HasSubstr("languages of the tasks are not known")));
  const ReadOut partly = read_out("sni", options_from(folder.path() / "flat", {{"categories", a.string()}}));
  ASSERT_EQ(partly.bad.size(), 1U);
  EXPECT_THAT(partly.bad[0].reason, HasSubstr("no category of the task 'task4_t'"));
  const auto wrong = folder.write("c.tsv", "name,category\n");
  EXPECT_THAT(error_of([&] {
                read_out("sni", options_from(folder.path() / "flat", {{"categories", wrong.string()}}));
              }),
              HasSubstr("c.tsv:1: there is no column 'task'"));
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path() / "flat")); }),
              HasSubstr("--option categories=PATH"));
}

}  // namespace
}  // namespace rnb
