#pragma once
// One file fetched from a server on this machine, for the tests of downloads.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/fetch/download.h"
#include "datasets/fetch/url.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/fetch/loopback_server.h"

namespace rnb::test {

inline std::string letters(size_t bytes, char first = 'a') {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(first + i % 23);
  return text;
}

inline const std::string kContent = letters(300'000);

class DownloadCase : public ::testing::Test {
 protected:
  DownloadCase() {
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
  std::filesystem::path part() const { return file_.string() + ".part"; }
  void nothing_left() const {
    EXPECT_FALSE(std::filesystem::exists(part()));
    EXPECT_FALSE(std::filesystem::exists(part().string() + ".json"));
  }
  static std::vector<std::string> ranges(const LoopbackServer& server) {
    std::vector<std::string> out;
    for (const Request& r : server.requests()) out.push_back(r.header("range"));
    return out;
  }

  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / "below/file.bin";
  RetryPolicy policy_;
  std::string said_, token_;
  std::function<bool()> stop_;
};

}  // namespace rnb::test
