#include "datasets/fetch/retry.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "base/progress.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace {

void sleep_for(double seconds, const std::function<bool()>& stop) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    if (stop && stop()) throw FetchStopped("stopped");
    const auto left = std::chrono::duration<double>(end - Clock::now()).count();
    if (left <= 0) return;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 0.05)));
  }
}

std::string page_of(const std::string& url) {
  const size_t cut = std::min(url.find("/resolve/"), url.find("/tree/"));
  std::string page = url.substr(0, cut);
  for (const char* const api : {"/api/models", "/api"})
    if (const size_t at = page.find(api); at != std::string::npos) page.erase(at, std::string(api).size());
  return page;
}

}  // namespace

void Retries::failed(const std::string& where, const std::string& why, int64_t retry_after) {
  if (failures_ == policy_.retries)
    throw UnreachableError(
        "fetch", fmt::format("{}: {}{}", where, why,
                             failures_ > 0 ? fmt::format(" ({} tries)", failures_ + 1) : std::string()));
  if (static_cast<double>(retry_after) > policy_.longest_asked)
    throw UnreachableError("fetch", fmt::format("{}: {}; it asks to come again in {}", where, why,
                                                format_duration(static_cast<double>(retry_after))));
  const double own = std::min(policy_.longest_wait, policy_.first_wait * std::pow(2.0, failures_));
  const double wait = retry_after > 0 ? static_cast<double>(retry_after) : own;
  ++failures_;
  policy_.say(fmt::format("{}: {}; trying again in {}", where, why, format_duration(wait)));
  sleep_for(wait, stop_);
}

bool worth_retrying(long status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status < 600);
}

void fail_status(const HttpResponse& response, const std::string& where) {
  const std::string url = url_shown(response.url), page = page_of(url);
  const std::string code = response.home_header("x-error-code");  // the Hub's
  const char* const token = response.sent_token ? "HF_TOKEN was sent and does not open it"
                                                : "set HF_TOKEN to a token of an account that may read it";
  if (code == "GatedRepo")
    fail("fetch", "{}: {} wants its conditions accepted: do that on its page, signed in; {}", where, page,
         token);
  if (code == "RevisionNotFound")
    throw MissingFileError("fetch",
                           fmt::format("{}: {}: no such revision; is --revision right?", where, url));
  if (response.status == 401 || response.status == 403)
    fail("fetch", "{}: {}: {} {}; is the name right? If it is private or gated: {}", where, url,
         response.status, response.status == 401 ? "not signed in" : "not allowed", token);
  if (response.status == 404 || response.status == 410)
    throw MissingFileError(
        "fetch",
        fmt::format("{}: {}: {} not there; is the name right? (private ones also look absent: HF_TOKEN)",
                    where, url, response.status));
  fail("fetch", "{}: {}: the server answered {}", where, url, response.status);
}

HttpResponse send_patiently(HttpClient& client, const HttpRequest& request, const RetryPolicy& policy) {
  Retries retries(policy, client.options().stop);
  const std::string where = url_shown(request.url);
  for (;;) {
    const HttpResult result = client.send(request);
    if (result.outcome == HttpOutcome::Stopped) throw FetchStopped("stopped");
    if (result.outcome == HttpOutcome::Refused) fail("fetch", "{}: {}", where, result.why);
    if (result.outcome == HttpOutcome::Dropped)
      retries.failed(where, result.why);
    else if (worth_retrying(result.response.status))
      retries.failed(where, fmt::format("the server answered {}", result.response.status),
                     result.response.retry_after);
    else
      return result.response;
  }
}

}  // namespace rnb
