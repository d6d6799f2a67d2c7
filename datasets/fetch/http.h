#pragma once
// HTTP over libcurl: one request with its redirects. A token goes to one origin only, whoever redirects
// where. Proxies come from the environment (https_proxy, no_proxy, ...), which libcurl reads.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace rnb {

struct HttpOptions {
  std::string token;  // "Authorization: Bearer", to `home` alone
  std::string home;   // the origin (url_origin) that the token belongs to and whose headers are believed
  double stall_seconds = 60;  // this long without a byte: given up
  double connect_seconds = 30;
  std::string user_agent = "rnb";
  std::function<bool()> stop;  // true: end at once
};

struct HttpResponse {
  long status = 0;
  std::string url;                                  // that answered, after redirects
  std::map<std::string, std::string> headers;       // of that answer; names in lower case
  std::map<std::string, std::string> home_headers;  // of every answer from the home origin, later ones win
  std::string text;                                 // what an error page says, cut
  int64_t retry_after = 0;                          // seconds; 0: not said
  bool sent_token = false;
  std::string header(const std::string& name) const;
  std::string home_header(const std::string& name) const;
};

struct HttpRequest {
  std::string url;
  enum class Method { Get, Head } method = Method::Get;
  std::vector<std::string> headers;
  // Of a 2xx answer: once before its body, and each piece of it. Exceptions end the transfer and come out of
  // send().
  std::function<void(const HttpResponse&)> on_start;
  std::function<void(std::string_view)> on_body;
  bool leave_home = true;  // false: a redirect to another origin is the answer
};

enum class HttpOutcome { Answered, Stopped, Dropped, Refused };  // Dropped: trying again may help

struct HttpResult {
  HttpOutcome outcome = HttpOutcome::Answered;
  HttpResponse response;
  std::string why;  // unless Answered
};

class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpResult send(const HttpRequest& request);
  const HttpOptions& options() const { return options_; }

 private:
  struct Exchange;
  HttpResult exchange(const HttpRequest& request, HttpResponse so_far, std::string& next);
  HttpOptions options_;
  void* curl_;
};

}  // namespace rnb
