// One file from servers that behave well, badly, and dishonestly.

#include "datasets/fetch/download.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/fetch/part_file.h"
#include "datasets/fetch/url.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/fetch/loopback_server.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::LoopbackServer;
using test::Reply;
using test::Request;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(size_t bytes, char first = 'a') {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(first + i % 23);
  return text;
}

const std::string kContent = text_of(300'000);

class DownloadTest : public ::testing::Test {
 protected:
  DownloadTest() {
    ::setenv("no_proxy", "127.0.0.1", 1);
    policy_.first_wait = 0.01;
    policy_.retries = 3;
    policy_.say = [this](const std::string& line) { said_ += line + "\n"; };
  }
  Downloaded get(const LoopbackServer& server, DownloadTarget target = {}) {
    HttpOptions http;
    http.stall_seconds = 1;
    http.home = url_origin(server.url());
    http.token = token_;
    http.stop = stop_;
    HttpClient client(http);
    if (target.url.empty()) target.url = server.url("/file");
    target.file = file_;
    return download(client, target, policy_);
  }
  DownloadTarget expecting(const std::string& content) const {
    DownloadTarget target;
    target.checksum = {ChecksumKind::Sha256, sha256_hex(content)};
    target.pinned = true;
    return target;
  }
  std::string why(const LoopbackServer& server, const DownloadTarget& target = {}) {
    try {
      get(server, target);
      return "no error";
    } catch (const Error& e) {
      return e.what();
    }
  }
  std::string file_text() const { return read_text_file(file_); }
  fs::path part() const { return file_.string() + ".part"; }
  void nothing_left() const {
    EXPECT_FALSE(fs::exists(part()));
    EXPECT_FALSE(fs::exists(part().string() + ".json"));
  }
  static std::vector<std::string> ranges(const LoopbackServer& server) {
    std::vector<std::string> out;
    for (const Request& r : server.requests()) out.push_back(r.header("range"));
    return out;
  }

  ScratchFolder folder_;
  fs::path file_ = folder_.path() / "below/file.bin";
  RetryPolicy policy_;
  std::string said_, token_;
  std::function<bool()> stop_;
};

TEST_F(DownloadTest, AFileArrivesWholeAndIsNotFetchedAgain) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  const Downloaded first = get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_FALSE(first.was_there);
  EXPECT_EQ(first.bytes, 300'000);
  EXPECT_EQ(first.checked.kind, ChecksumKind::Sha256);
  EXPECT_TRUE(get(server, expecting(kContent)).was_there);
  EXPECT_EQ(server.requests().size(), 1U);
  nothing_left();
}

TEST_F(DownloadTest, AnEmptyFileIsAFile) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, "", "\"none\""); });
  get(server, expecting(""));
  EXPECT_EQ(file_text(), "");
  nothing_left();
}

TEST_F(DownloadTest, AFileWithoutALengthEndsWithItsConnection) {
  const LoopbackServer server([](const Request&) { return Reply{.body = kContent, .declared = -2}; });
  get(server);
  EXPECT_EQ(file_text(), kContent);
}

TEST_F(DownloadTest, ADroppedConnectionIsGoneOnWith) {
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

TEST_F(DownloadTest, TriesAreCountedOnlyWhileNothingComes) {
  const LoopbackServer server([&](const Request& r) {  // 6 drops, 3 retries
    Reply reply = test::serve_file(r, kContent, "\"one\"");
    if (reply.body.size() > 50'000) reply.sent = 50'000;
    return reply;
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
}

TEST_F(DownloadTest, AStalledConnectionIsGivenUpAndGoneOnWith) {
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

TEST_F(DownloadTest, AServerThatAlwaysEndsEarlyIsAnErrorAndThePartStays) {
  const LoopbackServer server([](const Request&) {  // knows no ranges
    return Reply{.headers = {{"ETag", "\"one\""}}, .body = kContent.substr(0, 100'000), .declared = 300'000};
  });
  EXPECT_THAT(why(server), AllOf(HasSubstr("file.bin"), HasSubstr("4 tries")));
  EXPECT_EQ(server.requests().size(), 4U);
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(part_size(file_), 100'000);
}

TEST_F(DownloadTest, ALaterProcessGoesOnWithThePart) {
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

TEST_F(DownloadTest, WrongContentIsAnErrorAndNothingIsKept) {
  const std::string other = text_of(300'000, 'b');
  const LoopbackServer server([&](const Request& r) { return test::serve_file(r, other, "\"one\""); });
  EXPECT_THROW(get(server, expecting(kContent)), MismatchError);
  EXPECT_THAT(why(server, expecting(kContent)),
              AllOf(HasSubstr("SHA-256"), HasSubstr(sha256_hex(other)), HasSubstr(sha256_hex(kContent))));
  EXPECT_FALSE(fs::exists(file_));
  nothing_left();
}

TEST_F(DownloadTest, AResumedFileThatIsWrongIsFetchedOnceMoreFromTheStart) {
  int calls = 0;
  const LoopbackServer server(
      [&](const Request& r) {  // the first part is of another file under the same ETag
        Reply reply = test::serve_file(r, ++calls == 1 ? text_of(300'000, 'b') : kContent, "\"one\"");
        if (calls == 1) reply.sent = 100'000;
        return reply;
      });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre("", "bytes=100000-", ""));
  EXPECT_THAT(said_, HasSubstr("once more from the start"));
}

TEST_F(DownloadTest, APartThatIsAlreadyWholeIsCheckedBeforeAnythingIsAsked) {
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
    part.append(text_of(300'000, 'b'));
  }
  get(server, expecting(kContent));
  EXPECT_TRUE(ignore_part);
  EXPECT_EQ(file_text(), kContent);
}

TEST_F(DownloadTest, ServerErrorsAreWaitedOut) {
  int calls = 0;
  const LoopbackServer server([&](const Request& r) {
    return ++calls <= 2 ? Reply{.status = 500, .body = "oops"} : test::serve_file(r, kContent, "\"one\"");
  });
  get(server, expecting(kContent));
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(said_, HasSubstr("the server answered 500; trying again in 0.0 s"));
}

TEST_F(DownloadTest, TheServersOwnWaitIsKept) {
  int calls = 0;
  const LoopbackServer server([&](const Request& r) {
    return ++calls == 1 ? Reply{.status = 429, .headers = {{"Retry-After", "1"}}}
                        : test::serve_file(r, kContent, "\"one\"");
  });
  get(server);
  EXPECT_THAT(said_, HasSubstr("429; trying again in 1.0 s"));
  const LoopbackServer busy(
      [&](const Request&) { return Reply{.status = 429, .headers = {{"Retry-After", "7200"}}}; });
  fs::remove(file_);
  EXPECT_THAT(why(busy), HasSubstr("it asks to come again in 2 h 00 min"));
}

TEST_F(DownloadTest, AServerThatIgnoresRangesStartsAgain) {
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

TEST_F(DownloadTest, AFileThatChangesOnTheServerStartsAgain) {
  const std::string changed = text_of(250'000, 'c');
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

TEST_F(DownloadTest, WithoutAMarkOfTheVersionNothingIsResumed) {
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

TEST_F(DownloadTest, WhatTheHomeOriginSaysIsCheckedAgainst) {
  const std::string good = sha256_hex(kContent);
  for (const std::string& said : {good, std::string(64, '0')}) {
    fs::remove_all(file_.parent_path());
    const LoopbackServer server(
        [&](const Request& r) { return test::serve_file(r, kContent, "\"" + said + "\""); });
    if (said == good)
      EXPECT_EQ(get(server).checked.hex, good);
    else
      EXPECT_THROW(get(server), MismatchError);
  }
}

TEST_F(DownloadTest, TheTokenStaysWithItsOrigin) {
  const LoopbackServer storage([](const Request& r) { return test::serve_file(r, kContent, "\"stored\""); });
  const LoopbackServer hub([&](const Request&) {
    return Reply{.status = 302,
                 .headers = {{"Location", storage.url("/blob?signature=x")},
                             {"X-Linked-Etag", "\"" + sha256_hex(kContent) + "\""},
                             {"X-Linked-Size", "300000"}}};
  });
  token_ = "hf_secret";
  const Downloaded got = get(hub);
  EXPECT_EQ(got.checked.hex, sha256_hex(kContent));  // said by the hub, kept over the redirect
  EXPECT_EQ(hub.requests().at(0).header("authorization"), "Bearer hf_secret");
  ASSERT_EQ(storage.requests().size(), 1U);
  EXPECT_EQ(storage.requests()[0].headers.count("authorization"), 0U);
}

TEST_F(DownloadTest, TheTokenIsSentAgainWithinItsOrigin) {
  const LoopbackServer hub([&](const Request& r) {
    return r.path == "/file" ? Reply{.status = 307, .headers = {{"Location", "/cache/file"}}}
                             : test::serve_file(r, kContent, "\"one\"");
  });
  token_ = "hf_secret";
  get(hub);
  EXPECT_EQ(hub.requests().at(1).header("authorization"), "Bearer hf_secret");
}

TEST_F(DownloadTest, CirclesOfRedirectsEnd) {
  const LoopbackServer server(
      [](const Request&) { return Reply{.status = 302, .headers = {{"Location", "/file"}}}; });
  EXPECT_THAT(why(server), HasSubstr("more than 10 redirects"));
}

TEST_F(DownloadTest, RefusalsSayWhatToDo) {
  int status = 404;
  std::string code;
  const LoopbackServer server([&](const Request&) {
    return Reply{.status = status, .headers = {{"X-Error-Code", code}}, .body = "secret page"};
  });
  EXPECT_THROW(get(server), MissingFileError);
  EXPECT_THAT(why(server),
              AllOf(HasSubstr("404"), HasSubstr("is the name right?"), Not(HasSubstr("secret"))));
  status = 401;
  EXPECT_THAT(why(server),
              AllOf(HasSubstr("401"), HasSubstr("set HF_TOKEN"), HasSubstr("is the name right?")));
  token_ = "hf_wrong";
  EXPECT_THAT(why(server), AllOf(HasSubstr("HF_TOKEN was sent"), Not(HasSubstr("hf_wrong"))));
  status = 403;
  code = "GatedRepo";
  EXPECT_THAT(why(server), HasSubstr("conditions accepted"));
  EXPECT_EQ(server.requests().size(), 5U);  // none is worth a retry
}

TEST_F(DownloadTest, AServerThatSendsMoreThanItSaidIsRefused) {
  const LoopbackServer server([](const Request&) { return Reply{.body = kContent, .declared = -2}; });
  DownloadTarget target;
  target.size = 1000;
  EXPECT_THAT(why(server, target), HasSubstr("more than the 1000 bytes"));
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(part_size(file_), 0);
}

TEST_F(DownloadTest, AStopKeepsThePart) {
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

TEST_F(DownloadTest, TwoAtOnceAreNot) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  const PartFile other(file_);
  EXPECT_THROW(get(server), BusyError);
}

TEST_F(DownloadTest, NotesOfAPartThatCannotBeReadCostOnlyTheResuming) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  folder_.write("below/file.bin.part", "abcdef");
  folder_.write("below/file.bin.part.json", "{\"etag\": 5");
  get(server);
  EXPECT_EQ(file_text(), kContent);
  EXPECT_THAT(ranges(server), ElementsAre(""));
}

TEST_F(DownloadTest, AProxyOfTheEnvironmentIsUsed) {
  const LoopbackServer proxy([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  DownloadTarget target;
  target.url = "http://hub.invalid/file";
  get(proxy, target);
  ::unsetenv("http_proxy");
  EXPECT_EQ(proxy.requests().at(0).path, "http://hub.invalid/file");
}

TEST_F(DownloadTest, NoServerIsAnErrorWithAHint) {
  std::string gone;
  {
    const LoopbackServer server([](const Request&) { return Reply{}; });
    gone = server.url("/file");
  }
  const LoopbackServer home([](const Request&) { return Reply{}; });
  DownloadTarget target;
  target.url = gone;
  policy_.retries = 1;
  EXPECT_THROW(get(home, target), UnreachableError);
  EXPECT_THAT(why(home, target), AllOf(HasSubstr("Is there internet?"), HasSubstr("2 tries")));
}

}  // namespace
}  // namespace rnb
