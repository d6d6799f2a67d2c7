// Which tasks and instances of Super-NaturalInstructions are taken, from official files written by hand.

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/random.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Sni, TakesTheListedTasksOfTheOfficialFolder) {
  const ScratchFolder folder;
  write_sni_folder(folder, 5);
  const ReadOut read = read_out("sni", options_from(folder.path() / "ni"));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 10), Pair("Words", 5), Pair("Titles", 5)));
  const Example& e = read.examples.at(1);
  EXPECT_EQ(e.id, "task1-1");
  EXPECT_EQ(e.prompt, "Do what is asked\n\nquestion 1 of 1\n\n");
  EXPECT_EQ(e.completion, "answer 1");
  EXPECT_EQ(e.hint, SplitHint::None);
  EXPECT_THAT(read.notes, ElementsAre("1 of the 4 tasks in train_tasks.txt have no file here"));
  EXPECT_THAT(read.bad, IsEmpty());
}

TEST(Sni, FindsTheFolderFromAboveAndTheTasksFolderItself) {
  const ScratchFolder folder;
  write_sni_folder(folder, 2);
  for (const fs::path& path : {folder.path(), folder.path() / "ni", folder.path() / "ni/tasks"})
    EXPECT_EQ(read_out("sni", options_from(path)).examples.size(), 8U) << path;
  folder.write("copy/tasks/task1_t.json", "{}");
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path())); }),
              AllOf(HasSubstr("copy/tasks, "), HasSubstr("ni/tasks; name one with --from")));
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path() / "ni/splits")); }),
              HasSubstr("holds no task files"));
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path() / "nowhere")); }),
              HasSubstr("holds no task files"));
}

TEST(Sni, SplitChoosesAmongTheLists) {
  const ScratchFolder folder;
  write_sni_folder(folder, 3);
  const auto domains = [&](const char* split) {
    return read_out("sni", options_from(folder.path() / "ni", {{"split", split}})).domains();
  };
  EXPECT_THAT(domains("train"), UnorderedElementsAre(Pair("Sums", 6), Pair("Words", 3)));
  EXPECT_THAT(domains("test"), UnorderedElementsAre(Pair("Titles", 3)));
  EXPECT_THAT(domains("all"),
              UnorderedElementsAre(Pair("Sums", 6), Pair("Words", 3), Pair("Titles", 3), Pair("Other", 3)));
}

TEST(Sni, WithoutListsAllFilesAreUsed) {
  const ScratchFolder folder;
  write_sni_folder(folder, 3);
  fs::create_directories(folder.path() / "lists");
  fs::rename(folder.path() / "ni/splits/default", folder.path() / "lists/mine");
  const ReadOut read = read_out("sni", options_from(folder.path() / "ni"));
  EXPECT_EQ(read.examples.size(), 15U);
  EXPECT_THAT(read.notes, ElementsAre("there are no split lists: all task files are used"));
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path() / "ni", {{"split", "train"}})); }),
              HasSubstr("found no split lists"));
  EXPECT_THAT(error_of([&] { read_out("sni_test", options_from(folder.path() / "ni")); }),
              HasSubstr("splits=FOLDER"));
  const std::string mine = (folder.path() / "lists/mine").string();
  EXPECT_EQ(read_out("sni_test", options_from(folder.path() / "ni", {{"splits", mine}})).examples.size(),
            12U);
  EXPECT_THAT(error_of([&] { read_out("sni", options_from(folder.path() / "ni", {{"splits", "deflaut"}})); }),
              AllOf(HasSubstr("splits=deflaut"), HasSubstr("ni/splits/deflaut")));
}

TEST(Sni, PicksSeededTasksThatDoNotDependOnTheOthers) {
  const ScratchFolder folder;
  for (int t = 10; t < 50; ++t)
    folder.write(fmt::format("ni/tasks/task{}_t.json", t),
                 sni_task_text(fmt::format("c{}", t), sni_instances(t, 1), t % 4 ? "English" : "French"));
  const auto pick = [&](int n, uint64_t seed) {
    auto options = options_from(folder.path() / "ni", {{"tasks", std::to_string(n)}});
    options.seed = seed;
    return read_out("sni", options).ids();
  };
  const auto ten = pick(10, 1), eleven = pick(11, 1);
  EXPECT_EQ(ten.size(), 10U);
  EXPECT_TRUE(std::includes(eleven.begin(), eleven.end(), ten.begin(), ten.end()));
  EXPECT_NE(ten, pick(10, 2));
  EXPECT_EQ(pick(30, 1).size(), 30U);  // all that are English
  EXPECT_THAT(error_of([&] { pick(31, 1); }), HasSubstr("tasks=31; 30 tasks can be chosen from here"));
}

TEST(Sni, LeavesOutOtherLanguagesAndSaysHowMany) {
  const ScratchFolder folder;
  write_sni_folder(folder, 2);
  folder.write("ni/tasks/task2_t.json", sni_task_text("Sums", sni_instances(2, 2), "Spanish"));
  const ReadOut read = read_out("sni", options_from(folder.path() / "ni"));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 2), Pair("Words", 2), Pair("Titles", 2)));
  EXPECT_THAT(read.notes,
              testing::Contains("1 tasks were left out: their input or output is not in English"));
  EXPECT_EQ(read_out("sni", options_from(folder.path() / "ni", {{"languages", "all"}})).domains()["Sums"], 4);
}

TEST(Sni, MostInstancesOfATaskAreASeededChoice) {
  const ScratchFolder folder;
  write_sni_folder(folder, 40);
  auto options = options_from(folder.path() / "ni", {{"max-instances", "7"}});
  const ReadOut read = read_out("sni", options);
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 14), Pair("Words", 7), Pair("Titles", 7)));
  EXPECT_FALSE(read.ids().contains("task1-0") && read.ids().contains("task1-1") &&
               read.ids().contains("task1-2"));
  options.seed = 1;
  EXPECT_NE(read_out("sni", options).ids(), read.ids());
  for (const char* wrong : {"-1", "x", "1.5"})
    EXPECT_THAT(
        error_of([&] { read_out("sni", options_from(folder.path() / "ni", {{"max-instances", wrong}})); }),
        HasSubstr("expected a whole number"));
}

TEST(Sni, LimitIsASubsetOfTheSameIdsForAnyOrder) {
  const ScratchFolder folder;
  write_sni_folder(folder, 40);
  auto options = options_from(folder.path() / "ni");
  options.limit = 50;
  const ReadOut read = read_out("sni", options);
  EXPECT_EQ(read.examples.size(), 50U);
  // The rule of every source (datasets/sources/seeded_subset.h), applied to the ids.
  auto all = options;
  all.limit = 0;
  std::vector<std::string> ids;
  for (const Example& e : read_out("sni", all).examples) ids.push_back(e.id);
  std::vector<std::pair<uint64_t, std::string>> order;
  for (const std::string& id : ids) order.emplace_back(hash64(id, 0x5eedULL), id);
  std::sort(order.begin(), order.end());
  std::set<std::string> expected;
  for (size_t i = 0; i < 50; ++i) expected.insert(order[i].second);
  EXPECT_EQ(read.ids(), expected);
}

// Half of 400 in each: standard deviation 10.
TEST(SniTest, TrainsOnTheTrainListAndEvaluatesOnTheTestList) {
  const ScratchFolder folder;
  write_sni_folder(folder, 400);
  std::map<std::string, std::map<SplitHint, int>> counts;
  for (const Example& e : read_out("sni_test", options_from(folder.path() / "ni")).examples)
    ++counts[e.domain][e.hint];
  EXPECT_THAT(counts["Sums"], ElementsAre(Pair(SplitHint::Train, 800)));
  EXPECT_THAT(counts["Words"], ElementsAre(Pair(SplitHint::Train, 400)));
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_NEAR(counts["Titles"][SplitHint::Valid], 200, 50);
  EXPECT_EQ(counts["Titles"][SplitHint::Valid] + counts["Titles"][SplitHint::Test], 400);
}

TEST(SniTest, TaskAndInstanceLimits) {
  const ScratchFolder folder;
  write_sni_folder(folder, 20);
  const ReadOut read = read_out(
      "sni_test", options_from(folder.path() / "ni",
                               {{"tasks", "2"}, {"max-instances", "4"}, {"max-test-instances", "5"}}));
  std::set<std::string> test;
  int train = 0;
  for (const Example& e : read.examples) {
    if (e.domain == "Titles")
      test.insert(e.id);
    else
      ++train;
  }
  EXPECT_EQ(train, 8);
  EXPECT_THAT(
      test, ElementsAre("task4-0", "task4-1", "task4-2", "task4-3", "task4-4"));  // the first, as officially
}

}  // namespace
}  // namespace rnb
