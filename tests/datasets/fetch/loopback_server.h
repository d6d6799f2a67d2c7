#pragma once
// An HTTP server on 127.0.0.1 whose answers a test decides, one connection per request.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace rnb::test {

struct Request {
  std::string method, path;                    // the path as it was sent, with its query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
  }
};

struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  int64_t declared = -1;            // Content-Length; -1: that of the body; -2: none
  size_t sent = std::string::npos;  // bytes of the body before the connection ends
  bool stall = false;               // then nothing more is sent, until the client hangs up
};

class LoopbackServer {
 public:
  using Handler = std::function<Reply(const Request&)>;
  explicit LoopbackServer(Handler handler);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  std::string url(const std::string& path = "") const;  // "http://127.0.0.1:PORT" + path
  std::vector<Request> requests() const;

 private:
  void serve();
  void answer(int connection);
  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

// A file as a good server gives it: HEAD, Range, If-Range.
Reply serve_file(const Request& request, const std::string& content, const std::string& etag);

}  // namespace rnb::test
