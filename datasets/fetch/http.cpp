#include "datasets/fetch/http.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <exception>
#include <utility>

#include <curl/curl.h>

#include "base/environment.h"
#include "base/progress.h"
#include "base/text.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace {

constexpr int kMostRedirects = 10;
constexpr size_t kMostHeaders = 200, kLongestErrorPage = 4096;

std::string found(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? std::string() : it->second;
}

HttpOutcome outcome_of(CURLcode code) {
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return HttpOutcome::Stopped;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
      return HttpOutcome::Dropped;
    default:
      return HttpOutcome::Refused;
  }
}

const char* hint_for(CURLcode code) {
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    return ". Behind a proxy with a certificate of its own, name its file with CURL_CA_BUNDLE";
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT)
    return ". Is there internet? A proxy is taken from https_proxy, a mirror of the Hub from HF_ENDPOINT";
  return "";
}

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
  return found(headers, name);
}

std::string HttpResponse::home_header(const std::string& name) const {
  return found(home_headers, name);
}

// One hop.
struct HttpClient::Exchange {
  const HttpRequest& request;
  const HttpOptions& options;
  HttpResponse& response;
  CURL* curl;
  bool home;
  bool started = false, stalled = false;
  curl_off_t received = 0;
  std::chrono::steady_clock::time_point last_byte = std::chrono::steady_clock::now();
  std::exception_ptr error = nullptr;

  // Exceptions must not pass through libcurl.
  template <typename Work>
  size_t guarded(size_t bytes, const Work& work) {
    try {
      work();
      return bytes;
    } catch (...) {
      error = std::current_exception();
      return bytes + 1;  // ends the transfer
    }
  }

  bool wanted() const { return response.status >= 200 && response.status < 300; }

  // All headers are there.
  void start() {
    if (std::exchange(started, true)) return;
    if (home)
      for (const auto& [name, value] : response.headers) response.home_headers[name] = value;
    if (wanted() && request.on_start) request.on_start(response);
  }

  void header_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // an answer begins; an earlier one was a 1xx
      response.headers.clear();
      long status = 0;
      curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
      response.status = status;
      return;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || response.headers.size() >= kMostHeaders) return;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    response.headers[name] = std::string(trimmed(line.substr(colon + 1)));
  }

  void body(std::string_view piece) {
    start();
    if (wanted()) {
      if (request.on_body) request.on_body(piece);
    } else if (response.text.size() < kLongestErrorPage) {
      response.text += piece.substr(0, kLongestErrorPage - response.text.size());
    }
  }

  void configure(curl_slist* headers, char* error_text);

  static size_t on_header(char* data, size_t size, size_t count, void* self) {
    auto* const e = static_cast<Exchange*>(self);
    return e->guarded(size * count, [&] { e->header_line({data, size * count}); });
  }
  static size_t on_data(char* data, size_t size, size_t count, void* self) {
    auto* const e = static_cast<Exchange*>(self);
    return e->guarded(size * count, [&] { e->body({data, size * count}); });
  }
  // Called about once a second while nothing comes. (libcurl's own limit on low speed looks at the mean of
  // the last five seconds, so that it notices a stall late.)
  static int on_progress(void* self, curl_off_t, curl_off_t bytes, curl_off_t, curl_off_t) {
    auto* const e = static_cast<Exchange*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (bytes != e->received) {
      e->received = bytes;
      e->last_byte = now;
    }
    e->stalled = std::chrono::duration<double>(now - e->last_byte).count() > e->options.stall_seconds;
    return e->stalled || (e->options.stop && e->options.stop()) ? 1 : 0;
  }
};

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  RNB_ASSERT(ready);
  curl_ = curl_easy_init();
  RNB_ASSERT(curl_);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(curl_);
}

void HttpClient::Exchange::configure(curl_slist* headers, char* error_text) {
  curl_easy_setopt(curl, CURLOPT_URL, response.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_NOBODY, request.method == HttpRequest::Method::Head ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, std::lround(options.connect_seconds * 1000));
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Exchange::on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Exchange::on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  for (const Variable name : {Variable::CaBundle, Variable::CertFile})  // the first that is set
    if (const auto file = environment(name)) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, file->c_str());  // libcurl copies it
      break;
    }
}

// One request without following; `next`: where it redirects to, or empty.
HttpResult HttpClient::exchange(const HttpRequest& request, HttpResponse so_far, std::string& next) {
  HttpResult result;
  HttpResponse& response = result.response = std::move(so_far);
  const bool home = url_origin(response.url) == options_.home;
  response.status = 0;
  response.text.clear();
  response.headers.clear();
  response.sent_token = home && !options_.token.empty();
  Exchange one{request, options_, response, curl_, home};
  curl_slist* list = nullptr;
  for (const std::string& header : request.headers) list = curl_slist_append(list, header.c_str());
  if (response.sent_token)
    list = curl_slist_append(list, ("Authorization: Bearer " + options_.token).c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, curl_slist_free_all);
  char text[CURL_ERROR_SIZE] = "";
  // Keeps connections, forgets pointers to what ends with this function.
  const std::unique_ptr<CURL, void (*)(CURL*)> forget(curl_, curl_easy_reset);
  one.configure(list, text);
  const CURLcode code = curl_easy_perform(curl_);
  if (code == CURLE_OK) one.guarded(0, [&] { one.start(); });  // an answer without a body
  if (one.error) std::rethrow_exception(one.error);
  if (one.stalled) {
    result.outcome = HttpOutcome::Dropped;
    result.why = fmt::format("no byte for {}", format_duration(options_.stall_seconds));
    return result;
  }
  if (code != CURLE_OK) {
    result.outcome = outcome_of(code);
    result.why = fmt::format("{}{}", *text ? text : curl_easy_strerror(code), hint_for(code));
    return result;
  }
  curl_off_t wait = 0;
  curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &wait);
  response.retry_after = std::max<int64_t>(0, wait);
  char* target = nullptr;
  curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &target);
  if (target && response.status >= 300 && response.status < 400) next = target;
  return result;
}

HttpResult HttpClient::send(const HttpRequest& request) {
  HttpResponse response;
  response.url = request.url;
  for (int hop = 0;; ++hop) {
    std::string next;
    HttpResult result = exchange(request, std::move(response), next);
    if (next.empty()) return result;
    const std::string from = url_origin(result.response.url), to = url_origin(next);
    if (to != from && !request.leave_home) return result;
    const bool weaker = from.starts_with("https:") && to.starts_with("http:");
    if (hop == kMostRedirects || weaker) {
      result.outcome = HttpOutcome::Refused;
      result.why = weaker ? fmt::format("it redirects from https to {}, which is not followed", to)
                          : fmt::format("more than {} redirects", kMostRedirects);
      return result;
    }
    response = std::move(result.response);
    response.url = std::move(next);
  }
}

}  // namespace rnb
