#include "datasets/fetch/url.h"

#include <cctype>
#include <memory>

#include <curl/curl.h>

#include "base/error.h"

namespace rnb {
namespace {

constexpr size_t kLongestPath = 1024, kLongestName = 200;

using Url = std::unique_ptr<CURLU, void (*)(CURLU*)>;

Url parsed(const std::string& url) {
  Url out(curl_url(), curl_url_cleanup);
  RNB_ASSERT(out);
  if (curl_url_set(out.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    fail("fetch", "'{}' is not an address; expected http(s)://HOST/...", url);
  return out;
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::string url_encode(std::string_view text, Slash slash) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte < 0x80 && std::isalnum(byte)) || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || (c == '/' && slash == Slash::Keep))
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string url_origin(const std::string& url) {
  const Url u = parsed(url);
  const std::string scheme = lower(part(u, CURLUPART_SCHEME));
  if (scheme != "http" && scheme != "https")
    fail("fetch", "'{}': scheme '{}'; expected http or https", url_shown(url), scheme);
  return scheme + "://" + lower(part(u, CURLUPART_HOST)) + ":" + part(u, CURLUPART_PORT);
}

std::string url_shown(const std::string& url) {
  const Url u = parsed(url);
  for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    curl_url_set(u.get(), secret, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(u.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "(address)";
  std::string out = text;
  curl_free(text);
  return out;
}

std::filesystem::path safe_path(std::string_view name, std::string_view who) {
  const auto refuse = [&](const char* why) {
    std::string shown(name.substr(0, 100));
    for (char& c : shown)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    fail("fetch", "{}: the file name '{}' {}; expected a plain relative path", who, shown, why);
  };
  if (name.empty()) refuse("is empty");
  if (name.size() > kLongestPath) refuse("is too long");
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("has control characters");
    if (c == '\\') refuse("has a backslash");
  }
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('/', at), name.size());
    const std::string_view component = name.substr(at, end - at);
    if (component.empty()) refuse("is absolute or has an empty component");
    if (component == "." || component == "..") refuse("leads out of the folder");
    if (component.size() > kLongestName) refuse("is too long");
    at = end + 1;
  }
  if (name.ends_with(".part") || name.ends_with(".part.json") || name == ".fetched.json")
    refuse("collides with a file of this program");
  return std::filesystem::path(std::string(name));
}

}  // namespace rnb
