// One file from servers that behave well, badly, and dishonestly.

#include "datasets/fetch/download.h"

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
using ::testing::HasSubstr;
using ::testing::Not;

using DownloadTest = test::DownloadCase;

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

TEST_F(DownloadTest, WrongContentIsAnErrorAndNothingIsKept) {
  const std::string other = letters(300'000, 'b');
  const LoopbackServer server([&](const Request& r) { return test::serve_file(r, other, "\"one\""); });
  EXPECT_THROW(get(server, expecting(kContent)), MismatchError);
  EXPECT_THAT(why(server, expecting(kContent)),
              AllOf(HasSubstr("SHA-256"), HasSubstr(sha256_hex(other)), HasSubstr(sha256_hex(kContent))));
  EXPECT_FALSE(fs::exists(file_));
  nothing_left();
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

TEST_F(DownloadTest, TwoAtOnceAreNot) {
  const LoopbackServer server([](const Request& r) { return test::serve_file(r, kContent, "\"one\""); });
  const PartFile other(file_);
  EXPECT_THROW(get(server), BusyError);
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
