// Super-NaturalInstructions from files written by hand in the official and in the flat format.

#include <map>
#include <set>

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
using Options = std::map<std::string, std::string>;

SourceOptions from(const fs::path& path, Options extra = {}) {
  SourceOptions options;
  options.from = path;
  options.extra = std::move(extra);
  return options;
}

ReadOut read_task(const ScratchFolder& folder, const std::string& text, Options extra = {}) {
  folder.write("one/task1_t.json", text);
  return read_out("sni", from(folder.path() / "one", std::move(extra)));
}

TEST(Sni, TakesTheListedTasksOfTheOfficialFolder) {
  const ScratchFolder folder;
  write_sni_folder(folder, 5);
  const ReadOut read = read_out("sni", from(folder.path() / "ni"));
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
    EXPECT_EQ(read_out("sni", from(path)).examples.size(), 8U) << path;
  folder.write("copy/tasks/task1_t.json", "{}");
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path())); }),
              AllOf(HasSubstr("copy/tasks, "), HasSubstr("ni/tasks; name one with --from")));
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "ni/splits")); }),
              HasSubstr("holds no task files"));
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "nowhere")); }),
              HasSubstr("holds no task files"));
}

TEST(Sni, SplitChoosesAmongTheLists) {
  const ScratchFolder folder;
  write_sni_folder(folder, 3);
  const auto domains = [&](const char* split) {
    return read_out("sni", from(folder.path() / "ni", {{"split", split}})).domains();
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
  const ReadOut read = read_out("sni", from(folder.path() / "ni"));
  EXPECT_EQ(read.examples.size(), 15U);
  EXPECT_THAT(read.notes, ElementsAre("there are no split lists: all task files are used"));
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "ni", {{"split", "train"}})); }),
              HasSubstr("found no split lists"));
  EXPECT_THAT(error_of([&] { read_out("sni_test", from(folder.path() / "ni")); }),
              HasSubstr("splits=FOLDER"));
  const std::string mine = (folder.path() / "lists/mine").string();
  EXPECT_EQ(read_out("sni_test", from(folder.path() / "ni", {{"splits", mine}})).examples.size(), 12U);
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "ni", {{"splits", "deflaut"}})); }),
              AllOf(HasSubstr("splits=deflaut"), HasSubstr("ni/splits/deflaut")));
}

TEST(Sni, PicksSeededTasksThatDoNotDependOnTheOthers) {
  const ScratchFolder folder;
  for (int t = 10; t < 50; ++t)
    folder.write(fmt::format("ni/tasks/task{}_t.json", t),
                 sni_task_text(fmt::format("c{}", t), sni_instances(t, 1), t % 4 ? "English" : "French"));
  const auto pick = [&](int n, uint64_t seed) {
    auto options = from(folder.path() / "ni", {{"tasks", std::to_string(n)}});
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
  const ReadOut read = read_out("sni", from(folder.path() / "ni"));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 2), Pair("Words", 2), Pair("Titles", 2)));
  EXPECT_THAT(read.notes,
              testing::Contains("1 tasks were left out: their input or output is not in English"));
  EXPECT_EQ(read_out("sni", from(folder.path() / "ni", {{"languages", "all"}})).domains()["Sums"], 4);
}

TEST(Sni, MostInstancesOfATaskAreASeededChoice) {
  const ScratchFolder folder;
  write_sni_folder(folder, 40);
  auto options = from(folder.path() / "ni", {{"max-instances", "7"}});
  const ReadOut read = read_out("sni", options);
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 14), Pair("Words", 7), Pair("Titles", 7)));
  EXPECT_FALSE(read.ids().contains("task1-0") && read.ids().contains("task1-1") &&
               read.ids().contains("task1-2"));
  options.seed = 1;
  EXPECT_NE(read_out("sni", options).ids(), read.ids());
  for (const char* wrong : {"-1", "x", "1.5"})
    EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "ni", {{"max-instances", wrong}})); }),
                HasSubstr("expected a whole number"));
}

TEST(Sni, LimitIsASubsetOfTheSameIdsForAnyOrder) {
  const ScratchFolder folder;
  write_sni_folder(folder, 40);
  auto options = from(folder.path() / "ni");
  options.limit = 50;
  const ReadOut read = read_out("sni", options);
  EXPECT_EQ(read.examples.size(), 50U);
  // The rule of every source (datasets/sources/sources.h), applied to the ids.
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

TEST(Sni, LaysPromptsOutAsTkInstructDoes) {
  const ScratchFolder folder;
  const std::string instances =
      R"({"id": "a", "input": " 2 + 2 ", "output": ["4"]}, {"id": "b", "input": "Why?\n", "output": ["So."]})";
  const ReadOut read = read_task(folder, sni_task_text("Sums", instances), {{"layout", "tk-instruct"}});
  // github.com/yizhongw/Tk-Instruct, src/ni_collator.py: a full stop where no punctuation ends a part.
  EXPECT_EQ(read.examples.at(0).prompt,
            "Definition: Do what is asked.\n\nNow complete the following example -\nInput: 2 + 2.\nOutput: ");
  EXPECT_EQ(read.examples.at(1).prompt,
            "Definition: Do what is asked.\n\nNow complete the following example -\nInput: Why?\nOutput: ");
}

TEST(Sni, TakesTheFirstOutputOrASeededOneAndSkipsEmptyOnes) {
  const ScratchFolder folder;
  std::string instances =
      R"({"id": "none", "input": "", "output": ["", " "]}, {"id": "late", "input": "", "output": ["", "x"]},
                             {"id": "text", "input": "", "output": "plain"})";
  for (int i = 0; i < 60; ++i)
    instances += fmt::format(R"(,{{"id": "m{}", "input": "i", "output": ["one", "two", "three"]}})", i);
  const ReadOut first = read_task(folder, sni_task_text("Sums", instances));
  EXPECT_EQ(first.examples.at(0).id, "late");
  EXPECT_EQ(first.examples.at(0).completion, "x");
  EXPECT_EQ(first.examples.at(0).prompt, "Do what is asked\n\n");  // an empty input leaves no gap
  EXPECT_EQ(first.examples.at(1).completion, "plain");
  EXPECT_THAT(first.notes, testing::Contains("1 instances were left out: their output is empty"));
  std::map<std::string, int> picked;
  for (const Example& e :
       read_task(folder, sni_task_text("Sums", instances), {{"output", "seeded"}}).examples)
    ++picked[e.completion];
  for (const char* each : {"one", "two", "three"})
    EXPECT_NEAR(picked[each], 20, 5 * 3.65) << each;  // sqrt(60 2/9)
}

TEST(Sni, InstancesOfBeforeTheyHadIdsAreNumbered) {
  const ScratchFolder folder;
  const ReadOut read = read_task(
      folder, sni_task_text("Sums", R"({"input": "a", "output": "b"}, {"input": "c", "output": "d"})"));
  EXPECT_THAT(read.ids(), UnorderedElementsAre("task1_t-1", "task1_t-2"));
}

TEST(Sni, KeysMayComeInAnyOrder) {
  const ScratchFolder folder;
  const ReadOut read = read_task(
      folder,
      R"({"Categories": "Sums", "Instances": [{"output": ["b"], "input": "a", "id": "x"}], "Output_language": ["English"],
          "Definition": "Do", "Input_language": ["English"]})");
  ASSERT_EQ(read.examples.size(), 1U);
  EXPECT_EQ(read.examples[0].prompt, "Do\n\na\n\n");
  EXPECT_EQ(read.examples[0].domain, "Sums");
}

TEST(Sni, BadInstancesAreNamedByFileLineAndNumber) {
  const ScratchFolder folder;
  const ReadOut read = read_task(folder, sni_task_text("Sums", R"({"id": "a", "input": "i", "output": ["o"]},
    {"id": "b", "output": ["o"]},
    {"id": "c", "input": "i"},
    {"id": "d", "input": "i", "output": [1]},
    {"id": "", "input": "i", "output": ["o"]},
    "text",
    {"id": "e", "input": tru, "output": ["o"]},
    {"id": "f", "input": "i", "output": ["o"]})"));
  EXPECT_THAT(read.ids(), UnorderedElementsAre("a", "f"));
  ASSERT_EQ(read.bad.size(), 6U);
  const std::vector<std::string> why{"instance 2: \"input\" is missing",
                                     "instance 3: \"output\" is missing",
                                     "\"output\" is not a list of strings",
                                     "the id is empty",
                                     "is not a JSON object",
                                     "is not valid JSON"};
  for (size_t i = 0; i < why.size(); ++i) {
    EXPECT_THAT(read.bad[i].where,
                testing::EndsWith(fmt::format("task1_t.json:{}", 9 + i)));  // "Instances" is on line 8
    EXPECT_THAT(read.bad[i].reason, HasSubstr(why[i]));
  }
}

TEST(Sni, AFileThatBreaksOffGivesWhatStandsBeforeAndTheNextTasks) {
  const ScratchFolder folder;
  write_sni_folder(folder, 3);
  std::string text = sni_task_text("Sums", sni_instances(1, 3));
  folder.write("ni/tasks/task1_t.json", text.substr(0, text.find("task1-2") + 3));
  text = sni_task_text("Sums", sni_instances(2, 3));
  text.replace(text.find("},\n  {\"id\": \"task2-1"), 2, "};");
  folder.write("ni/tasks/task2_t.json", text);
  const ReadOut read = read_out("sni", from(folder.path() / "ni", {{"split", "train"}}));
  EXPECT_THAT(read.ids(),
              UnorderedElementsAre("task1-0", "task1-1", "task2-0", "task3-0", "task3-1", "task3-2"));
  ASSERT_EQ(read.bad.size(), 2U);
  EXPECT_THAT(read.bad[0].where, testing::EndsWith("task1_t.json:11"));
  EXPECT_THAT(read.bad[0].reason,
              AllOf(HasSubstr("the file ends within"), HasSubstr("the rest of the file cannot be read")));
  EXPECT_THAT(read.bad[1].where, testing::EndsWith("task2_t.json:9"));
  EXPECT_THAT(read.bad[1].reason, HasSubstr("expected ',' or ']' after an element, found ';'"));
}

TEST(Sni, FilesThatAreNoTasksSayWhichKeyIsMissing) {
  const ScratchFolder folder;
  for (
      const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
          {"{}", "\"Definition\" is missing; is this a task of natural-instructions?"},
          {"[]", "expected '{'"},
          {R"({"Definition": [3]})", "\"Definition\" is not a list of strings"},
          {R"({"Definition": ["d"], "Categories": []})", "\"Categories\" is empty"},
          {R"({"Definition": ["d"], "Categories": ["c"], "Input_language": ["English"]})",
           "\"Output_language\" is missing"},
          {R"({"Definition": ["d"], "Categories": ["c"], "Input_language": ["English"], "Output_language": ["English"]})",
           "\"Instances\" is missing"},
          {R"({"Definition": ["d"], "Categories": ["c"], "Input_language": ["English"], "Output_language": ["English"],
                "Instances": {}})",
           "\"Instances\" is not a list"}}) {
    const ReadOut read = read_task(folder, text);
    ASSERT_EQ(read.bad.size(), 1U) << text;
    EXPECT_THAT(read.bad[0].reason, HasSubstr(why));
    EXPECT_THAT(read.bad[0].where, HasSubstr("task1_t.json"));
  }
}

TEST(Sni, RepeatedIdsStopPrepareOrAreLeftOut) {
  const ScratchFolder folder;
  folder.write("one/task1_t.json", sni_task_text("Sums", sni_instances(1, 200)));
  folder.write("one/task2_t.json", sni_task_text("Sums", sni_instances(1, 3)));
  PrepareOptions options;
  options.dataset = "sni";
  options.source.from = folder.path() / "one";
  options.out = folder.path() / "store";
  options.tokenizer = "train:300";
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("task1-0: the id appears twice"));
  options.bad_rows = BadRows::Skip;
  const auto made = prepare(options);
  EXPECT_EQ(made.examples, 200);
  EXPECT_EQ(made.bad_rows, 3);
}

// Half of 400 in each: standard deviation 10.
TEST(SniTest, TrainsOnTheTrainListAndEvaluatesOnTheTestList) {
  const ScratchFolder folder;
  write_sni_folder(folder, 400);
  std::map<std::string, std::map<SplitHint, int>> counts;
  for (const Example& e : read_out("sni_test", from(folder.path() / "ni")).examples)
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
      "sni_test",
      from(folder.path() / "ni", {{"tasks", "2"}, {"max-instances", "4"}, {"max-test-instances", "5"}}));
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

std::string flat_rows(int task, int n, const std::string& more = "") {
  std::string out;
  for (int i = 0; i < n; ++i)
    out += fmt::format(
        R"({{"task_name": "task{0}_t", "id": "task{0}-{1}", "definition": "Do", "inputs": "q{1}", "targets": "a{1}"}})"
        "\n",
        task, i);
  return out + more;
}

void write_flat(const ScratchFolder& folder) {
  folder.write("flat/train/task1_t.jsonl", flat_rows(1, 3));
  folder.write(
      "flat/train/task2_t.jsonl",
      flat_rows(
          2, 3,
          R"({"task_name": "task2_t", "id": "task2-2", "definition": "Do", "inputs": "q2", "targets": "another"}
{"task_name": "task2_t", "id": "task2-3", "definition": "Do", "inputs": "q", "targets": ""}
)"));
  folder.write("flat/test/task4_t.jsonl", flat_rows(4, 3));
}

TEST(SniFlat, JoinsItsCategoriesFromOfficialFiles) {
  const ScratchFolder folder;
  write_flat(folder);
  write_sni_folder(folder, 1);
  const Options join{{"categories", (folder.path() / "ni/tasks").string()}};
  const ReadOut read = read_out("sni", from(folder.path() / "flat", join));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("Sums", 6), Pair("Titles", 3)));
  EXPECT_EQ(read.examples.at(1).id, "task1-1");
  EXPECT_EQ(read.examples.at(1).prompt, "Do\n\nq1\n\n");
  EXPECT_EQ(read.examples.at(1).completion, "a1");
  EXPECT_THAT(read.notes, ElementsAre("1 instances were left out: their output is empty",
                                      "1 rows were left out: further outputs of the instance before them"));
  int held_out = 0;
  for (const Example& e : read_out("sni_test", from(folder.path() / "flat", join)).examples)
    held_out += e.hint != SplitHint::Train;
  EXPECT_EQ(held_out, 3);  // the mirror's own folders are the split
}

TEST(SniFlat, JoinsItsCategoriesFromTables) {
  const ScratchFolder folder;
  write_flat(folder);
  const auto a = folder.write("a.tsv", "task\tcategory\tn_samples\ntask1_t\tsums\t3\ntask2_t\tsums\t3\r\n");
  const auto b = folder.write("b.tsv", "n\tcategory\ttask\n1\ttitles\ttask4_t\n");
  const ReadOut read =
      read_out("sni", from(folder.path() / "flat", {{"categories", a.string() + "," + b.string()}}));
  EXPECT_THAT(read.domains(), UnorderedElementsAre(Pair("sums", 6), Pair("titles", 3)));
  EXPECT_THAT(read.notes, testing::Contains(HasSubstr("languages of the tasks are not known")));
  const ReadOut partly = read_out("sni", from(folder.path() / "flat", {{"categories", a.string()}}));
  ASSERT_EQ(partly.bad.size(), 1U);
  EXPECT_THAT(partly.bad[0].reason, HasSubstr("no category of the task 'task4_t'"));
  const auto wrong = folder.write("c.tsv", "name,category\n");
  EXPECT_THAT(
      error_of([&] { read_out("sni", from(folder.path() / "flat", {{"categories", wrong.string()}})); }),
      HasSubstr("c.tsv:1: there is no column 'task'"));
  EXPECT_THAT(error_of([&] { read_out("sni", from(folder.path() / "flat")); }),
              HasSubstr("--option categories=PATH"));
}

}  // namespace
}  // namespace rnb
