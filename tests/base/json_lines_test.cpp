#include "base/json_lines.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class JsonLinesTest : public ::testing::Test {
 protected:
  std::vector<std::pair<int64_t, nlohmann::json>> lines(const std::string& text) const {
    std::vector<std::pair<int64_t, nlohmann::json>> out;
    for_each_json_line(folder_.write("log", text), [&](int64_t number, nlohmann::json value) {
      out.emplace_back(number, std::move(value));
    });
    return out;
  }
  std::optional<nlohmann::json> last(const std::string& text) const {
    return last_json_line(folder_.write("log", text));
  }
  ScratchFolder folder_;
};

TEST_F(JsonLinesTest, GivesEachLineWithItsNumber) {
  EXPECT_THAT(lines("1\n[2]\n\"3\"\n"), ElementsAre(Pair(1, 1), Pair(2, nlohmann::json{2}), Pair(3, "3")));
  EXPECT_THAT(lines(""), IsEmpty());
}

TEST_F(JsonLinesTest, WhatHasNoLineEndIsTorn) {
  EXPECT_THAT(lines("1\n2"), ElementsAre(Pair(1, 1)));
  EXPECT_THAT(lines("1"), IsEmpty());
}

TEST_F(JsonLinesTest, NamesTheLineThatIsNotJson) {
  for (const char* text : {"1\n{\n3\n", "1\n\n3\n"}) try {
      lines(text);
      FAIL() << text;
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr("log:2: is not valid JSON")) << text;
    }
}

TEST_F(JsonLinesTest, TheLastLineIsTheLastWholeOne) {
  EXPECT_EQ(last("1\n2\n"), 2);
  EXPECT_EQ(last("1\n2\n{\"torn"), 2);
  EXPECT_EQ(last("1\n"), 1);
  EXPECT_EQ(last("{ broken\n2\n"), 2) << "only the end is read";
  EXPECT_EQ(last(""), std::nullopt);
  EXPECT_EQ(last("1"), std::nullopt);
  EXPECT_THROW(last("1\n{\n"), Error);
  EXPECT_THROW(last("\n"), Error);
}

TEST_F(JsonLinesTest, AMissingFileIsAnError) {
  EXPECT_THROW(last_json_line(folder_.path() / "none"), Error);
  EXPECT_THROW(for_each_json_line(folder_.path() / "none", [](int64_t, const nlohmann::json&) {}), Error);
}

}  // namespace
}  // namespace rnb
