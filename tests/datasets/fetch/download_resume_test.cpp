// A download that was cut: what is kept of it, and how it goes on.

#include "datasets/fetch/download.h"

#include <atomic>

#include "datasets/fetch/part_file.h"
#include "tests/datasets/fetch/download_case.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::kContent;
using test::letters;
using test::LoopbackServer;
using test::Reply;
using test::Request;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using DownloadResumeTest = test::DownloadCase;

TEST_F(DownloadResumeTest, ADroppedConnectionIsGoneOnWith) {
  int calls = 0;
  const LoopbackServer server([&](const Request& r) {
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (++calls <= 2) reply.sent = 100'000;
    return reply;
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre("", "bytes=100000-", "bytes=200000-"));
  EXPECT_EQ(server.requests()[1].header("if-range"), "\"one\"");
}

TEST_F(DownloadResumeTest, TriesAreCountedOnlyWhileNothingComes) {
  const LoopbackServer server([&](const Request& r) {  // 6 drops, 3 retries
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (reply.body.size() > 50'000) reply.sent = 50'000;
    return reply;
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
}

TEST_F(DownloadResumeTest, AStalledConnectionIsGivenUpAndGoneOnWith) {
  int calls = 0;
  const LoopbackServer server([&](const Request& r) {
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (++calls == 1) reply.sent = 100'000, reply.stall = true;
    return reply;
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre("", "bytes=100000-"));
}

TEST_F(DownloadResumeTest, AServerThatAlwaysEndsEarlyIsAnErrorAndThePartStays) {
  const LoopbackServer server([](const Request&) {  // knows no ranges
    return Reply{.headers = {{"ETag", "\"one\""}}, .body = kContent.substr(0, 100'000), .declared = 300'000};
  });
  EXPECT_THAT(why(server), AllOf(HasSubstr("file.bin"), HasSubstr("4 tries")));
  EXPECT_EQ(server.requests().size(), 4U);
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(part_size(file_), 100'000);
}

TEST_F(DownloadResumeTest, ALaterProcessGoesOnWithThePart) {
  bool cut = true;
  const LoopbackServer server([&](const Request& r) {
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (cut) reply.sent = 100'000;
    return reply;
  });
  policy_.retries = 0;
  EXPECT_THAT(why(server), AllOf(HasSubstr("remaining"), Not(HasSubstr("tries"))));
  cut = false;
  get(server);
  EXPECT_EQ(file_text(), kContent);
  EXPECT_EQ(ranges(server).back(), "bytes=100000-");
}

TEST_F(DownloadResumeTest, AResumedFileThatIsWrongIsFetchedOnceMoreFromTheStart) {
  int calls = 0;
  const LoopbackServer server(
      [&](const Request& r) {  // the first part is of another file under the same ETag
        Reply reply = test::serve_file(r, ++calls == 1 ? letters(300'000, 'b') : kContent, "\"one\"");
        if (calls == 1) reply.sent = 100'000;
        return reply;
      });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre("", "bytes=100000-", ""));
  EXPECT_THAT(said_, HasSubstr("once more from the start"));
}

TEST_F(DownloadResumeTest, APartThatIsAlreadyWholeIsCheckedBeforeAnythingIsAsked) {
  bool ignore_part = false;
  const LoopbackServer server([&](const Request& r) {
    ignore_part = true;
    return test::serve_file(r, kContent, "\"one\"");
  });
  {
    PartFile part(file_);
    part.restart({"\"one\"", "", 300'000, {ChecksumKind::Sha256, sha256_hex(kContent)}});
    part.append(kContent);
  }
  get(server, expecting(kContent));
  EXPECT_FALSE(ignore_part);
  fs::remove(file_);
  {
    PartFile part(file_);  // whole and wrong
    part.restart({"\"one\"", "", 300'000, {ChecksumKind::Sha256, sha256_hex(kContent)}});
    part.append(letters(300'000, 'b'));
  }
  get(server, expecting(kContent));
  EXPECT_TRUE(ignore_part);
  EXPECT_EQ(file_text(), kContent);
}

TEST_F(DownloadResumeTest, AServerThatIgnoresRangesStartsAgain) {
  int calls = 0;
  const LoopbackServer server([&](const Request&) {
    Reply reply{.headers = {{"ETag", "\"one\""}}, .body = kContent};
    if (++calls == 1) reply.sent = 100'000;
    return reply;
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(DownloadResumeTest, AFileThatChangesOnTheServerStartsAgain) {
  const std::string changed = letters(250'000, 'c');
  for (const bool honours_if_range : {true, false}) {
    fs::remove_all(file_.parent_path());
    int calls = 0;
    const LoopbackServer server([&](Request r) {
      if (++calls == 1) {
        Reply reply = test::serve_file(r, kContent, "\"one\"");
        reply.sent = 100'000;
        return reply;
      }
      if (!honours_if_range) r.headers.erase("if-range");
      return test::serve_file(r, changed, "\"two\"");
    });
    get(server);
    EXPECT_TRUE(file_text() == changed) << honours_if_range;
  }
}

TEST_F(DownloadResumeTest, WithoutAMarkOfTheVersionNothingIsResumed) {
  int calls = 0;
  const LoopbackServer server([&](const Request& r) {
    Reply reply = test::serve_file(r, kContent, "W/\"weak\"");
    if (++calls == 1) reply.sent = 100'000;
    return reply;
  });
  policy_.retries = 0;
  why(server);
  get(server);
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre("", ""));
}

TEST_F(DownloadResumeTest, AStopKeepsThePart) {
  std::atomic<bool> stop = false;
  const LoopbackServer server([&](const Request& r) {
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (r.header("range").empty()) {
      reply.sent = 100'000;
      reply.stall = true;
      stop = true;
    }
    return reply;
  });
  stop_ = [&] { return stop && part_size(file_) == 100'000; };
  try {
    get(server);
    FAIL() << "not stopped";
  } catch (const FetchStopped& e) {
    EXPECT_THAT(e.what(), HasSubstr("file.bin.part is kept"));
  }
  stop_ = {};
  get(server);
  EXPECT_EQ(file_text(), kContent);
  EXPECT_EQ(ranges(server).back(), "bytes=100000-");
}

TEST_F(DownloadResumeTest, NotesOfAPartThatCannotBeReadCostOnlyTheResuming) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  folder_.write("below/file.bin.part", "abcdef");
  folder_.write("below/file.bin.part.json", "{\"etag\": 5");
  get(server);
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre(""));
}

}  // namespace
}  // namespace rnb
