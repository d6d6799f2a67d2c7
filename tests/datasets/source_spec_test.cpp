#include "datasets/source_spec.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "base/json_file.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using Extra = std::map<std::string, std::string>;

// Nothing to read: shows what it was opened with.
SourceSpec shown(SourceOptions& with) {
  SourceSpec spec;
  spec.name = "shown";
  spec.files = "a file";
  spec.fetch = {"one", "two"};
  spec.options = {{"colour", "red", "of the text", {"red", "blue"}},
                  {.name = "most", .default_value = "7", .help = "", .at_least = 2},
                  {"column", "", "free text"}};
  spec.open = [&with](const SourceOptions& o) {
    with = o;
    return std::unique_ptr<Source>();
  };
  return spec;
}

class OpenSource : public testing::Test {
 protected:
  std::string why(const Extra& extra) {
    SourceOptions options;
    options.from = "here";
    options.extra = extra;
    return error_of([&] { open_source(spec_, options); });
  }
  SourceOptions with_;
  SourceSpec spec_ = shown(with_);
};

TEST_F(OpenSource, FillsInWhatWasNotGiven) {
  EXPECT_EQ(why({{"colour", "blue"}, {"most", ""}}), "no error");
  EXPECT_THAT(with_.extra,
              UnorderedElementsAre(Pair("colour", "blue"), Pair("most", "7"), Pair("column", "")));
  EXPECT_EQ(with_.text("colour"), "blue");
  EXPECT_EQ(with_.count("most"), 7);
}

TEST_F(OpenSource, RefusesWhatIsNotDeclaredWithASuggestion) {
  EXPECT_THAT(why({{"color", "red"}}), AllOf(HasSubstr("[shown]"), HasSubstr("no option 'color'"),
                                             HasSubstr("did you mean 'colour'?")));
  EXPECT_THAT(why({{"colour", "bleu"}}), AllOf(HasSubstr("colour=bleu"), HasSubstr("did you mean 'blue'?")));
  spec_.options.clear();
  EXPECT_THAT(why({{"colour", "red"}}), HasSubstr("it has none"));
}

TEST_F(OpenSource, NumbersAreWholeAndNotTooLow) {
  EXPECT_EQ(why({{"most", "2"}}), "no error");
  EXPECT_EQ(with_.count("most"), 2);
  for (const char* wrong : {"1", "-2", "2.5", "x", "3 ", "99999999999999999999"})
    EXPECT_THAT(why({{"most", wrong}}),
                HasSubstr(fmt::format("most={}; expected a whole number of at least 2", wrong)));
}

TEST_F(OpenSource, FromIsNeededUnlessThereIsAPlaceOrNothingToRead) {
  EXPECT_THAT(error_of([&] { open_source(spec_, {}); }),
              HasSubstr("--from is missing; expected a file (rnb fetch one, rnb fetch two)"));
  spec_.default_from = "/usr/share/there";
  open_source(spec_, {});
  EXPECT_EQ(with_.from, "/usr/share/there");
  EXPECT_EQ(why({}), "no error");
  EXPECT_EQ(with_.from, "here");
  spec_.default_from.clear();
  spec_.files.clear();
  open_source(spec_, {});
  EXPECT_TRUE(with_.from.empty());
}

TEST(SourceSpecs, AreSortedAndSuggested) {
  std::vector<std::string> names;
  for (const SourceSpec& spec : source_specs()) names.push_back(spec.name);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, testing::IsSupersetOf(
                         {"datacomp", "dolly", "jsonl", "s1", "skills", "sni", "sni_test", "wordnet"}));
  EXPECT_THAT(error_of([] { source_spec("doly"); }), HasSubstr("did you mean 'dolly'?"));
}

std::string content(const char* path) {
  return read_text_file(std::filesystem::path(RNB_SOURCE_DIR) / path);
}

TEST(Docs, TheExampleOfAddingADataSetIsTheDataSet) {
  const std::string page = content("docs/adding-a-data-set.md");
  for (const char* file : {"datasets/sources/dolly.cpp", "tests/datasets/sources/dolly_test.cpp"})
    EXPECT_NE(page.find("```cpp\n" + content(file) + "```"), std::string::npos) << file;
}

TEST(Docs, DataSetsAreDescribed) {
  const std::string page = content("docs/datasets.md");
  for (const SourceSpec& spec : source_specs())
    EXPECT_NE(page.find("`" + spec.name + "`"), std::string::npos) << spec.name;
}

// What `rnb list datasets` shows must be true of itself.
TEST(SourceSpecs, SayWhatTheyAre) {
  for (const SourceSpec& spec : source_specs()) {
    EXPECT_FALSE(spec.summary.empty()) << spec.name;
    EXPECT_FALSE(spec.licence.empty()) << spec.name;
    EXPECT_TRUE(spec.open) << spec.name;
    for (const SourceOption& option : spec.options) {
      EXPECT_FALSE(option.help.empty()) << spec.name << " " << option.name;
      EXPECT_TRUE(option.choices.empty() ||
                  std::count(option.choices.begin(), option.choices.end(), option.default_value) == 1)
          << spec.name << " " << option.name;
    }
  }
}

}  // namespace
}  // namespace rnb
