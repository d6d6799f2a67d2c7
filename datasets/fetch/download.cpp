#include "datasets/fetch/download.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/progress.h"
#include "datasets/fetch/part_file.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The server's file is not the one that the part belongs to.
struct Changed {};

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

struct ContentRange {
  int64_t first = -1, total = -1;  // -1: not given
};

// "bytes 5-9/10", or "/*".
ContentRange content_range(std::string_view text) {
  ContentRange out;
  if (!text.starts_with("bytes ")) return out;
  text.remove_prefix(6);
  const size_t dash = text.find('-'), slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos) return out;
  out.first = number(text.substr(0, dash)).value_or(-1);
  out.total = number(text.substr(slash + 1)).value_or(-1);
  return out;
}

bool strong(const std::string& etag) {
  return !etag.empty() && !etag.starts_with("W/");
}

// One file's way; a call of attempt() is one request.
class Download {
 public:
  Download(HttpClient& client, DownloadTarget& target, const RetryPolicy& policy)
      : client_(client),
        target_(target),
        policy_(policy),
        part_(target.file),
        retries_(policy, client.options().stop) {}

  void run() {
    if (!resumable()) forget();
    best_ = part_.size();
    for (;;) {
      const bool whole_part = part_.size() > 0 && part_.size() == whole();
      if (!whole_part && !attempt()) continue;
      if (verified()) return part_.finish();
    }
  }

  int64_t bytes() const { return part_.size(); }

 private:
  int64_t whole() const { return target_.size >= 0 ? target_.size : part_.state().size; }

  bool resumable() const {
    const PartState& s = part_.state();
    if (part_.size() == 0) return true;
    if (target_.checksum.known() && s.checksum.known() && !(target_.checksum == s.checksum)) return false;
    if (whole() >= 0 && part_.size() > whole()) return false;
    return strong(s.etag) || !s.last_modified.empty() || s.checksum.known();
  }

  void forget() {
    part_.restart({});
    resumed_ = false;
  }

  // What the home origin says of the file that it is about to send counts, unless the catalogue knows.
  void believe(const HttpResponse& response) {
    if (target_.pinned) return;
    std::string etag = response.home_header("x-linked-etag");
    if (etag.empty() && url_origin(response.url) == client_.options().home) etag = response.header("etag");
    const Checksum said = checksum_of_etag(etag);
    if (!said.known() || said == target_.checksum) return;
    target_.checksum = said;
    target_.size = number(response.home_header("x-linked-size")).value_or(-1);
  }

  void start(const HttpResponse& response, int64_t asked_from) {
    believe(response);
    PartState state{response.header("etag"), response.header("last-modified"), -1, target_.checksum};
    if (response.status == 206) {
      const ContentRange range = content_range(response.header("content-range"));
      const PartState& old = part_.state();
      // A server may ignore If-Range.
      if (range.first != asked_from || (range.total >= 0 && old.size >= 0 && range.total != old.size) ||
          (target_.size >= 0 && range.total >= 0 && range.total != target_.size) ||
          (strong(old.etag) && strong(state.etag) && old.etag != state.etag) ||
          !(state.checksum == old.checksum))
        throw Changed{};
      resumed_ = true;
    } else if (response.status == 200) {
      state.size = number(response.header("content-length")).value_or(-1);
      if (target_.pinned && target_.size >= 0 && state.size >= 0 && state.size != target_.size)
        throw MismatchError("fetch", fmt::format("{}: the server offers {} bytes; expected {}",
                                                 url_shown(target_.url), state.size, target_.size));
      if (target_.size >= 0 && state.size >= 0 && !target_.checksum.known()) target_.size = state.size;
      part_.restart(state);
      resumed_ = false;
    } else {
      fail("fetch", "{}: the server answered {}", url_shown(target_.url), response.status);
    }
    progress_.emplace(target_.label, whole(), part_.size(), Progress::Unit::Bytes);
  }

  void take(std::string_view piece) {
    const int64_t limit = whole();
    if (limit >= 0 && part_.size() + static_cast<int64_t>(piece.size()) > limit) {
      forget();
      throw MismatchError("fetch",
                          fmt::format("{}: the server sends more than the {} bytes that the file has",
                                      url_shown(target_.url), limit));
    }
    part_.append(piece);
    progress_->update(part_.size());
  }

  HttpRequest request(int64_t from) {
    HttpRequest out;
    out.url = target_.url;
    if (from > 0) {
      out.headers.push_back(fmt::format("Range: bytes={}-", from));
      const PartState& s = part_.state();
      if (strong(s.etag))
        out.headers.push_back("If-Range: " + s.etag);
      else if (!s.last_modified.empty())
        out.headers.push_back("If-Range: " + s.last_modified);
    }
    out.on_start = [this, from](const HttpResponse& response) { start(response, from); };
    out.on_body = [this](std::string_view piece) { take(piece); };
    return out;
  }

  // One request; whether it brought the file to its end.
  bool attempt() {
    const std::string where = target_.file.string();
    const int64_t before = part_.size();
    HttpResult result;
    try {
      result = client_.send(request(before));
    } catch (const Changed&) {
      progress_.reset();
      forget();
      return failed(where, "the file on the server has changed; from the start");
    }
    progress_.reset();
    if (part_.size() > best_) {
      best_ = part_.size();
      retries_.progressed();
    }
    const long status = result.response.status;
    if (result.outcome == HttpOutcome::Stopped)
      throw FetchStopped(fmt::format("{} is kept ({})", part_.path().string(),
                                     format_bytes(static_cast<double>(part_.size()))));
    if (result.outcome == HttpOutcome::Refused) fail("fetch", "{}: {}", url_shown(target_.url), result.why);
    if (result.outcome == HttpOutcome::Dropped) return failed(where, result.why);
    if (worth_retrying(status))
      return failed(where, fmt::format("the server answered {}", status), result.response.retry_after);
    if (status == 416) {  // the part is longer than the file
      forget();
      return failed(where, "the server has no such range; from the start");
    }
    if (status < 200 || status >= 300) fail_status(result.response, where);
    if (whole() >= 0 && part_.size() < whole())
      return failed(where, fmt::format("the server ended after {} of {} bytes", part_.size(), whole()));
    fetched_ = true;
    return true;
  }

  bool failed(const std::string& where, const std::string& why, int64_t retry_after = 0) {
    retries_.failed(where, why, retry_after);
    return false;
  }

  bool verified() {
    if (!target_.checksum.known()) return true;
    const std::string found = file_checksum(part_.path(), target_.checksum.kind);
    if (found == target_.checksum.hex) return true;
    const bool had_old_bytes = resumed_ || !fetched_;
    if (had_old_bytes && !std::exchange(tried_afresh_, true)) {  // halves of two files, or a damaged part
      forget();
      policy_.say(target_.file.string() +
                  ": the resumed file is not the right one; once more from the start");
      return false;
    }
    const auto size = part_.size();
    part_.discard();
    throw MismatchError("fetch",
                        fmt::format("{}: {} is {} ({} bytes); expected {} ({}). Nothing is kept",
                                    url_shown(target_.url), checksum_name(target_.checksum.kind), found, size,
                                    target_.checksum.hex, target_.pinned ? "catalogue" : "server"));
  }

  HttpClient& client_;
  DownloadTarget& target_;
  const RetryPolicy& policy_;
  PartFile part_;
  Retries retries_;
  std::optional<Progress> progress_;
  int64_t best_ = 0;
  bool resumed_ = false, fetched_ = false, tried_afresh_ = false;
};

}  // namespace

bool already_there(const DownloadTarget& target) {
  std::error_code code;
  if (!fs::is_regular_file(target.file, code)) return false;
  const auto size = static_cast<int64_t>(fs::file_size(target.file));
  if (target.size >= 0 && size != target.size) return false;
  return !target.checksum.known() || file_checksum(target.file, target.checksum.kind) == target.checksum.hex;
}

Downloaded download(HttpClient& client, DownloadTarget target, const RetryPolicy& policy) {
  if (fs::is_directory(target.file)) fail("fetch", "{}: is a folder; expected a file", target.file.string());
  if (already_there(target)) return {true, static_cast<int64_t>(fs::file_size(target.file)), target.checksum};
  Download way(client, target, policy);
  way.run();
  return {false, way.bytes(), target.checksum};
}

}  // namespace rnb
