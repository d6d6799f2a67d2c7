#include "datasets/good_rows.h"

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

// Gives what it is given; a call after the end is a mistake.
class Listed : public Source {
 public:
  explicit Listed(std::vector<Row> rows) : rows_(std::move(rows)) {}
  std::optional<Row> next() override {
    EXPECT_LE(at_, rows_.size());
    return at_ == rows_.size() ? (++at_, std::nullopt) : std::optional(rows_[at_++]);
  }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

Row example(const std::string& id, const std::string& text) {
  return Example{.id = id, .prompt = "", .completion = text, .domain = "d"};
}

SourceSpec listing(const std::vector<Row>& rows) {
  SourceSpec spec;
  spec.name = "listed";
  spec.open = [rows](const SourceOptions&) { return std::make_unique<Listed>(rows); };
  return spec;
}

PrepareOptions options_for(BadRows bad_rows) {
  PrepareOptions options;
  options.dataset = "listed";
  options.bad_rows = bad_rows;
  return options;
}

std::vector<std::string> ids_of(GoodRows& rows) {
  std::vector<std::string> ids;
  while (const auto e = rows.next()) ids.push_back(e->id);
  EXPECT_FALSE(rows.next());
  return ids;
}

const std::vector<Row> kMixed{example("a", "x"), BadRow{"f:2", "is odd", "odd"}, example("a", "y"),
                              example("b", "\xff"), example("c", "z")};

TEST(GoodRows, LeavesOutAndCountsByKind) {
  const auto options = options_for(BadRows::Skip);
  GoodRows rows(options, listing(kMixed));
  EXPECT_THAT(ids_of(rows), testing::ElementsAre("a", "c"));
  EXPECT_EQ(rows.bad_rows(), 3);
  EXPECT_THAT(rows.bad_kinds(),
              UnorderedElementsAre(Pair("odd", 1), Pair("repeated id", 1), Pair("not UTF-8", 1)));
}

TEST(GoodRows, StopsAtTheFirstUnlessItIsInTheNatureOfTheData) {
  const auto options = options_for(BadRows::Stop);
  GoodRows rows(options, listing(kMixed));
  EXPECT_THAT(error_of([&] { ids_of(rows); }),
              HasSubstr("[listed] f:2: is odd; --skip-bad leaves such rows out"));
  SourceSpec spec = listing(kMixed);
  spec.bad_rows = BadRows::Skip;
  GoodRows lenient(options, spec);
  EXPECT_EQ(ids_of(lenient).size(), 2U);
}

TEST(GoodRows, SaysTheFirstFewOnStderrButNotWhenATokenizerIsTrained) {
  const auto options = options_for(BadRows::Skip);
  const std::vector<Row> bad(9, BadRow{"f:1", "is odd"});
  testing::internal::CaptureStderr();
  GoodRows all(options, listing(bad));
  ids_of(all);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 5);
  testing::internal::CaptureStderr();
  GoodRows texts(options, listing(bad), GoodRows::Reading::OnlyTexts);
  ids_of(texts);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rnb
