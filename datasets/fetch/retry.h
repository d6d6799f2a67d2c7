#pragma once
// When to try again, and what to say when there is no use in it.

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "datasets/fetch/http.h"

namespace rnb {

struct RetryPolicy {
  int retries = 5;        // in a row without a new byte
  double first_wait = 1;  // seconds; doubles each time
  double longest_wait = 60;
  double longest_asked = 900;  // a server that asks for more (Retry-After) is left alone
  std::function<void(const std::string&)> say = [](const std::string&) {};
};

class FetchStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The server could not be reached or kept failing: other files of it need not be tried.
class UnreachableError : public Error {
 public:
  using Error::Error;
};

class MissingFileError : public Error {
 public:
  using Error::Error;
};

class MismatchError : public Error {
 public:
  using Error::Error;
};

// Counts failures and sleeps between them.
class Retries {
 public:
  Retries(const RetryPolicy& policy, const std::function<bool()>& stop) : policy_(policy), stop_(stop) {}
  void progressed() { failures_ = 0; }
  // Sleeps; UnreachableError once the tries are used up, FetchStopped when told to stop.
  void failed(const std::string& where, const std::string& why, int64_t retry_after = 0);

 private:
  const RetryPolicy& policy_;
  const std::function<bool()>& stop_;
  int failures_ = 0;
};

bool worth_retrying(long status);  // 408, 425, 429, 5xx

// Errors for an answer that is neither success nor worth another try: what it means and what to do.
[[noreturn]] void fail_status(const HttpResponse& response, const std::string& where);

// A request whose answer is small: tried again until it is an answer of another kind than "come again".
HttpResponse send_patiently(HttpClient& client, const HttpRequest& request, const RetryPolicy& policy);

}  // namespace rnb
