#include "datasets/fetch/hub.h"

#include <algorithm>
#include <charconv>

#include <fnmatch.h>

#include <nlohmann/json.hpp>

#include "base/json_file.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace {

constexpr size_t kLargestPage = 32 << 20, kMostFiles = 200'000;
constexpr int kMostPages = 500;

std::string api(const HubRepository& r, std::string_view what) {
  return fmt::format("{}/api/{}/{}/{}/{}", r.endpoint, r.dataset ? "datasets" : "models",
                     url_encode(r.name, Slash::Keep), what, url_encode(r.revision, Slash::Encode));
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && checksum_of_etag(text).known();
}

int64_t length_of(const std::string& text) {
  int64_t value = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

// `Link: <url>; rel="next"`
std::string next_page(const std::string& link) {
  for (size_t at = link.find('<'); at != std::string::npos; at = link.find('<', at + 1)) {
    const size_t end = link.find('>', at);
    if (end == std::string::npos) return {};
    const std::string_view rest = std::string_view(link).substr(end, link.find('<', end) - end);
    if (rest.find("rel=\"next\"") != std::string_view::npos) return link.substr(at + 1, end - at - 1);
  }
  return {};
}

HttpResponse get_text(HttpClient& client, const std::string& url, const RetryPolicy& policy,
                      std::string& text) {
  HttpRequest request;
  request.url = url;
  request.on_start = [&](const HttpResponse&) { text.clear(); };
  request.on_body = [&](std::string_view piece) {
    if (text.size() + piece.size() > kLargestPage)
      fail("fetch", "{}: the answer passes {} bytes; expected a list of files", url_shown(url), kLargestPage);
    text += piece;
  };
  return send_patiently(client, request, policy);
}

bool matches(const std::string& path, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
  });
}

}  // namespace

std::string hub_page(const HubRepository& r) {
  return fmt::format("{}/{}{}", r.endpoint, r.dataset ? "datasets/" : "", url_encode(r.name, Slash::Keep));
}

std::string hub_file_url(const HubRepository& r, std::string_view path) {
  return fmt::format("{}/resolve/{}/{}", hub_page(r), url_encode(r.revision, Slash::Encode),
                     url_encode(path, Slash::Keep));
}

RemoteFile ask(HttpClient& client, const std::string& url, const RetryPolicy& policy) {
  const std::string home = client.options().home;
  HttpRequest request;
  request.url = url;
  request.method = HttpRequest::Method::Head;
  request.leave_home = url_origin(url) != home;  // the Hub itself says more than its storage
  HttpResponse response = send_patiently(client, request, policy);
  if (response.status >= 300 && response.status < 400 && response.home_header("x-linked-size").empty()) {
    request.leave_home = true;  // a mirror that says nothing
    response = send_patiently(client, request, policy);
  }
  const bool at_home = url_origin(response.url) == home, redirected = response.status >= 300;
  if (response.status >= 400) {
    // A store that signs its addresses for GET alone, or knows no HEAD, is asked by the download itself.
    const bool absent = response.status == 404 || response.status == 410;
    if (absent || (at_home && response.status != 405 && response.status != 501))
      fail_status(response, "asking");
    return {};
  }
  RemoteFile file;
  file.size = length_of(response.home_header("x-linked-size"));
  if (file.size < 0 && !redirected) file.size = length_of(response.header("content-length"));
  std::string etag = response.home_header("x-linked-etag");
  if (etag.empty() && at_home && !redirected) etag = response.header("etag");
  file.checksum = checksum_of_etag(etag);
  if (const std::string commit = response.home_header("x-repo-commit"); is_commit(commit))
    file.commit = commit;
  return file;
}

std::vector<RemoteFile> parse_hub_listing(std::string_view text, const std::string& who) {
  nlohmann::json list;
  try {
    list = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    fail("fetch", "{}: is no JSON ({}); expected the list of a repository's files", who, e.what());
  }
  if (!list.is_array()) fail("fetch", "{}: is no list; expected the list of a repository's files", who);
  std::vector<RemoteFile> files;
  for (const auto& entry : list) {
    if (json_field<std::string>(entry, "type", who) != "file") continue;
    RemoteFile file;
    file.path = json_field<std::string>(entry, "path", who);
    safe_path(file.path, who);
    file.size = json_field<int64_t>(entry, "size", who);
    if (file.size < 0) fail("fetch", "{}: '{}' has {} bytes", who, file.path, file.size);
    const auto lfs = entry.find("lfs");
    const bool stored_apart = lfs != entry.end() && lfs->is_object();
    file.checksum = checksum_of_etag(json_field<std::string>(stored_apart ? *lfs : entry, "oid", who));
    files.push_back(std::move(file));
  }
  return files;
}

std::vector<RemoteFile> list_hub_files(HttpClient& client, const HubRepository& repository,
                                       const std::vector<std::string>& patterns, const RetryPolicy& policy) {
  std::vector<RemoteFile> files;
  std::string url = api(repository, "tree") + "?recursive=true";
  for (int page = 0; !url.empty(); ++page) {
    if (page == kMostPages || files.size() > kMostFiles)
      fail("fetch", "{}: its list of files does not end", hub_page(repository));
    std::string text;
    const HttpResponse response = get_text(client, url, policy, text);
    if (response.status != 200) fail_status(response, repository.name);
    for (RemoteFile& file : parse_hub_listing(text, url_shown(url)))
      if (matches(file.path, patterns)) files.push_back(std::move(file));
    url = next_page(response.header("link"));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string hub_commit(HttpClient& client, const HubRepository& repository, const RetryPolicy& policy) {
  if (is_commit(repository.revision)) return repository.revision;
  std::string text;
  const HttpResponse response = get_text(client, api(repository, "revision"), policy, text);
  if (response.status != 200) fail_status(response, repository.name);
  const auto info = nlohmann::json::parse(text, nullptr, false);
  if (!info.is_object() || !info.contains("sha") || !info["sha"].is_string()) return {};
  const auto sha = info["sha"].get<std::string>();
  return is_commit(sha) ? sha : std::string();
}

}  // namespace rnb
