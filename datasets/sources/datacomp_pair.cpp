#include "datasets/sources/datacomp_pair.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kLongestText = 1 << 20;     // of a caption or a json member, bytes
constexpr uint64_t kLargestImage = 256 << 20;  // bytes as stored
constexpr const char* kImages[] = {"jpg", "jpeg", "png", "webp"};

std::vector<std::string> fields_of(const std::string& text) {
  std::vector<std::string> fields;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('+', at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

// A path as it is, or beside the tars: a store's digest then does not depend on where they are.
fs::path beside(const fs::path& tars, const std::string& path) {
  if (fs::path(path).is_absolute() || fs::exists(path)) return path;
  return (fs::is_directory(tars) ? tars : tars.parent_path()) / path;
}

// Where the image lies in its tar; why it is none.
std::optional<BadRow> find_image(const WebSample& sample, int32_t tar, ImageRef& out) {
  for (const char* extension : kImages) {
    const auto part = sample.parts.find(extension);
    if (part == sample.parts.end()) continue;
    if (part->second.bytes > kLargestImage)
      return BadRow{"", "its image is larger than 256 MiB", "damaged image"};
    out = {tar, static_cast<int64_t>(part->second.offset), static_cast<int64_t>(part->second.bytes)};
    return std::nullopt;
  }
  return BadRow{"", "has no .jpg, .png or .webp", "no image"};
}

}  // namespace

bool is_pair(const WebSample& sample) {
  const auto& parts = sample.parts;
  return parts.contains("txt") || parts.contains("json") ||
         std::any_of(std::begin(kImages), std::end(kImages),
                     [&](const char* e) { return parts.contains(e); });
}

PairReader::PairReader(const SourceOptions& o)
    : domain_fields_(fields_of(o.text("domain-field"))), caption_field_(o.text("caption-field")) {
  if (const std::string& vectors = o.text("vectors"); !vectors.empty()) {
    const std::string& array = o.text("vectors-array");
    vectors_.emplace(beside(o.from, vectors), array.empty() ? "l14_img" : array);
  }
  if (const std::string& subset = o.text("subset"); !subset.empty()) {
    subset_file_ = beside(o.from, subset);
    subset_.emplace(subset_file_);
  }
}

std::vector<fs::path> PairReader::files() const {
  std::vector<fs::path> files;
  if (subset_) files.push_back(subset_file_);
  if (vectors_) files.insert(files.end(), vectors_->files().begin(), vectors_->files().end());
  return files;
}

PairFit PairReader::read(const WebSamples& samples, const WebSample& sample, const fs::path& file,
                         int32_t tar, PairReading reading, Example& e, BadRow& bad) {
  const auto refused = [&](BadRow why) {
    bad = std::move(why);
    bad.where = file.string() + ":" + sample.key;
    return PairFit::Bad;
  };
  e.id = file.stem().string() + "/" + sample.key;
  nlohmann::json json;
  if (auto why = read_json(samples, sample, json, e)) return refused(std::move(*why));
  if (subset_) {
    const auto uid = parse_uid(e.id);
    if (!uid)
      return refused({"", "has no uid of 32 hexadecimal digits, by which the subset chooses", "no uid"});
    if (!subset_->contains(*uid)) return PairFit::Outside;
  }
  if (auto why = read_domain(json, e)) return refused(std::move(*why));
  if (auto why = read_caption(samples, sample, json, e)) return refused(std::move(*why));
  if (vectors_ && reading == PairReading::Everything) {
    const auto uid = parse_uid(e.id);
    if (!uid || !vectors_->find(*uid, e.embedding))
      return refused({"", "has no vector (vectors)", "no vector"});
  }
  if (auto why = find_image(sample, tar, e.image)) return refused(std::move(*why));
  return PairFit::Good;
}

std::optional<BadRow> PairReader::read_json(const WebSamples& samples, const WebSample& sample,
                                            nlohmann::json& json, Example& e) const {
  const auto part = sample.parts.find("json");
  if (part == sample.parts.end()) return std::nullopt;
  if (part->second.bytes > kLongestText) return BadRow{"", "its json is longer than 1 MiB", "damaged json"};
  json = nlohmann::json::parse(samples.tar().text(part->second), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return BadRow{"", "its json is not a valid object", "damaged json"};
  const auto uid = json.find("uid");
  if (uid != json.end() && uid->is_string() && !uid->get<std::string>().empty())
    e.id = uid->get<std::string>();
  return std::nullopt;
}

std::optional<BadRow> PairReader::read_domain(const nlohmann::json& json, Example& e) const {
  for (const std::string& field : domain_fields_) {
    const auto value = json.find(field);
    const bool scalar = value != json.end() && (value->is_string() || value->is_number_integer());
    const std::string text = !scalar ? "" : value->is_string() ? value->get<std::string>() : value->dump();
    if (text.empty())
      return BadRow{"", fmt::format("its json has no text \"{}\" (domain-field)", field), "no domain"};
    e.domain += (e.domain.empty() ? "" : "/") + text;
  }
  if (domain_fields_.empty()) e.domain = "all";
  return std::nullopt;
}

std::optional<BadRow> PairReader::read_caption(const WebSamples& samples, const WebSample& sample,
                                               const nlohmann::json& json, Example& e) const {
  if (!caption_field_.empty()) {
    const auto value = json.find(caption_field_);
    if (value == json.end() || !value->is_string())
      return BadRow{"", fmt::format("its json has no text \"{}\" (caption-field)", caption_field_),
                    "no caption"};
    e.completion = trimmed(value->get<std::string>());
  } else {
    const auto part = sample.parts.find("txt");
    if (part == sample.parts.end()) return BadRow{"", "has no .txt", "no caption"};
    if (part->second.bytes > kLongestText)
      return BadRow{"", "its caption is longer than 1 MiB", "damaged caption"};
    e.completion = trimmed(samples.tar().text(part->second));
  }
  if (e.completion.empty()) return BadRow{"", "its caption is empty", "no caption"};
  return std::nullopt;
}

}  // namespace rnb
