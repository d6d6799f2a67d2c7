#include "results/paper_numbers.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PaperNumbersTest : public ::testing::Test {
 protected:
  std::string error_of(const std::string& rows) const {
    const fs::path csv = folder_.path() / "printed.csv";
    std::ofstream(csv) << "where,cell,grouping,domains,method,quantity,value,unit,note\n" << rows;
    try {
      read_paper_numbers(csv);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  test::TemporaryFolder folder_;
};

TEST_F(PaperNumbersTest, ReadsEveryNumberThatThePaperPrints) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(RNB_SOURCE_DIR "/results/paper")) {
    ++files;
    EXPECT_GT(read_paper_numbers(entry.path()).size(), 10U) << entry.path();
  }
  EXPECT_EQ(files, 5);
  const auto dolly = read_paper_numbers(RNB_SOURCE_DIR "/results/paper/dolly.csv");
  EXPECT_EQ(dolly[0].where, "Table 1");
  EXPECT_EQ(dolly[0].value, 2.788);  // Table 1, Stratified
}

TEST_F(PaperNumbersTest, AWrongFileIsNamedWithItsLine) {
  EXPECT_THAT(error_of("a,b,c\n"), AllOf(HasSubstr("printed.csv:2"), HasSubstr("3 fields; expected 9")));
  EXPECT_THAT(error_of("T,c,original,8,rnb,test loss,2.7x,nats,\n"),
              HasSubstr("printed.csv:2: value '2.7x'"));
  std::ofstream(folder_.path() / "other.csv") << "x,y\n";
  EXPECT_THROW(read_paper_numbers(folder_.path() / "other.csv"), Error);
  EXPECT_THROW(read_paper_numbers(folder_.path() / "none.csv"), Error);
}

}  // namespace
}  // namespace rnb
