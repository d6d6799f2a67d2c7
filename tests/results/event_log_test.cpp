#include "results/event_log.h"

#include <cmath>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string error_of(const fs::path& file) {
  try {
    read_events(file);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

class EventLogTest : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
  const fs::path file_ = folder_.path() / "events.jsonl";
};

TEST_F(EventLogTest, WritesOneObjectPerLine) {
  {
    EventLog log(file_);
    log.append({{"event", "a"}});
    log.append({{"event", "b"}, {"text", "two\nlines"}});
    log.flush();
    EXPECT_EQ(log.bytes(), static_cast<int64_t>(fs::file_size(file_)));
  }
  EXPECT_EQ(test::read_bytes(file_), "{\"event\":\"a\"}\n{\"event\":\"b\",\"text\":\"two\\nlines\"}\n");
}

TEST_F(EventLogTest, OpeningAgainAppends) {
  EventLog(file_).append({{"event", "a"}});
  EventLog(file_).append({{"event", "b"}});
  EXPECT_EQ(read_events(file_).size(), 2U);
}

TEST_F(EventLogTest, CutsBackToWhatACheckpointRemembers) {
  int64_t remembered = 0;
  {
    EventLog log(file_);
    log.append({{"step", 1}});
    remembered = log.bytes();
    log.append({{"step", 2}});
    log.append({{"step", 3}});
  }
  EventLog(file_, remembered).append({{"step", 22}});
  EXPECT_EQ(test::read_bytes(file_), "{\"step\":1}\n{\"step\":22}\n");
}

TEST_F(EventLogTest, RefusesALogShorterThanTheCheckpointRemembers) {
  write(file_, "{}\n");
  EXPECT_THROW(EventLog(file_, 4), Error);
}

TEST_F(EventLogTest, NotANumberIsWrittenAsNull) {
  EventLog(file_).append({{"loss", std::nan("")}});
  EXPECT_EQ(test::read_bytes(file_), "{\"loss\":null}\n");
}

TEST_F(EventLogTest, DropsATornLastLine) {
  write(file_, "{\"step\":1}\n{\"step\":2}\n{\"st");
  EXPECT_EQ(read_events(file_).size(), 2U);
}

TEST_F(EventLogTest, NamesTheMalformedLine) {
  write(file_, "{\"step\":1}\n{\"step\":\n{\"step\":3}\n");
  EXPECT_THAT(error_of(file_), HasSubstr("events.jsonl:2: is not valid JSON"));
}

TEST_F(EventLogTest, AnEventIsAnObject) {
  write(file_, "{\"step\":1}\n5\n");
  try {
    for_each_event(file_, [](int64_t line, const nlohmann::json& event) { EXPECT_EQ(event["step"], line); });
    FAIL() << "a number was taken for an event";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("events.jsonl:2: is not a JSON object"));
  }
}

TEST_F(EventLogTest, GivesTheLastEvent) {
  write(file_, "{\"step\":1}\n{\"event\":\"end\"}\n{\"torn");
  EXPECT_EQ(last_event(file_)->at("event"), "end");
  write(file_, "");
  EXPECT_EQ(last_event(file_), std::nullopt);
}

TEST_F(EventLogTest, APipeIsNoLog) {
  const fs::path pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);  // else opening for writing would wait
  EXPECT_THROW(EventLog{pipe}, Error);
  ::close(reader);
}

TEST_F(EventLogTest, NamesAMissingFile) {
  EXPECT_THAT(error_of(folder_.path() / "none.jsonl"), HasSubstr("none.jsonl"));
}

TEST_F(EventLogTest, AnEmptyLogHasNoEvents) {
  write(file_, "");
  EXPECT_TRUE(read_events(file_).empty());
}

TEST_F(EventLogTest, AFullDiskIsAnErrorWithAHint) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  EventLog log("/dev/full");
  try {
    log.append({{"step", 1}});
    FAIL() << "the write went through";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("No space left"), HasSubstr("--resume")));
  }
}

}  // namespace
}  // namespace rnb
