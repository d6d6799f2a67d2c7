#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "harness/commands/cli.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Output {
  std::string out, err;
};

class PrepareCommand : public ::testing::Test {
 protected:
  PrepareCommand() {
    folder_.write("rows.jsonl",
                  "{\"text\": \"one two three\", \"domain\": \"a\"}\n"
                  "{\"text\": \"four five\", \"domain\": \"b\"}\n"
                  "{\"nothing\": 1}\n");
  }
  Output prepare(std::vector<std::string> args) const {
    args.insert(args.end(), {"--out", store_, "--threads", "1"});
    Output o;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(call_command("prepare", args), 0);
    o.out = ::testing::internal::GetCapturedStdout();
    o.err = ::testing::internal::GetCapturedStderr();
    return o;
  }
  std::string error_of(std::vector<std::string> args) const {
    args.insert(args.end(), {"--out", store_});
    try {
      call_command("prepare", args);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "no usage error";
  }
  ScratchFolder folder_;
  std::string store_ = (folder_.path() / "store").string(), rows_ = (folder_.path() / "rows.jsonl").string();
};

TEST_F(PrepareCommand, MakesAStoreAndFindsItAgain) {
  const std::vector<std::string> skills{"--dataset", "skills", "--option", "examples=200"};
  const Output made = prepare(skills);
  EXPECT_EQ(made.out, "store=" + store_ + "\n");
  EXPECT_THAT(made.err, AllOf(HasSubstr("200 examples"), HasSubstr("peak memory")));
  EXPECT_THAT(prepare(skills).err, HasSubstr("(up to date)"));
  EXPECT_THAT(prepare({"--verify"}).out, HasSubstr("whole (200 examples)"));
}

TEST_F(PrepareCommand, RowsThatCannotBeUsedAreSkippedWhereAsked) {
  const std::vector<std::string> args{"--dataset",   "jsonl",     "--from",   rows_,
                                      "--tokenizer", "train:300", "--option", "domain=domain"};
  EXPECT_THROW(call_command("prepare", args), Error);
  std::vector<std::string> skipping = args;
  skipping.push_back("--skip-bad");
  EXPECT_THAT(prepare(skipping).err, HasSubstr("1 rows skipped"));
}

TEST_F(PrepareCommand, AStoreThatWasDamagedIsNotWhole) {
  prepare({"--dataset", "skills", "--option", "examples=200"});
  for (const auto& entry : std::filesystem::directory_iterator(store_))
    if (entry.path().extension() == ".npy") {
      std::string content = read_text_file(entry.path());
      content.back() = static_cast<char>(content.back() ^ 1);
      std::ofstream(entry.path(), std::ios::binary) << content;
      break;
    }
  EXPECT_THROW(call_command("prepare", {"--verify", "--out", store_}), Error);
}

TEST_F(PrepareCommand, WrongUseNamesTheOption) {
  EXPECT_THROW(call_command("prepare", {}), UsageError);
  EXPECT_THAT(error_of({"--dataset", "skills", "--limit", "-1"}), HasSubstr("--limit -1: expected 0 (all)"));
  EXPECT_THAT(error_of({"--dataset", "skills", "--loss-on", "some"}), HasSubstr("--loss-on some"));
  EXPECT_THAT(error_of({"--dataset", "skills", "--option", "examples"}), HasSubstr("--option 'examples'"));
  EXPECT_THAT(error_of({"--dataset", "skills", "--threads", "-2"}), HasSubstr("--threads -2"));
  EXPECT_THROW(call_command("prepare", {"--verify"}), UsageError);
}

}  // namespace
}  // namespace rnb
