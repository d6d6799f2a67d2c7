// Instances of official task files written by hand: what becomes of each, and what is wrong with it.

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"

namespace rnb {
namespace {
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

ReadOut read_task(const ScratchFolder& folder, const std::string& text,
                  std::map<std::string, std::string> extra = {}) {
  folder.write("one/task1_t.json", text);
  return read_out("sni", options_from(folder.path() / "one", std::move(extra)));
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
  const ReadOut read = read_out("sni", options_from(folder.path() / "ni", {{"split", "train"}}));
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

}  // namespace
}  // namespace rnb
