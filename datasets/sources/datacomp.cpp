// DataComp and other image-text pairs in WebDataset tars (img2dataset's layout): KEY.jpg, KEY.txt, KEY.json.

#include <algorithm>
#include <charconv>
#include <deque>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "datasets/images/clip_pixels.h"
#include "datasets/readers/metadata_vectors.h"
#include "datasets/readers/uid_subset.h"
#include "datasets/source_spec.h"
#include "datasets/sources/seeded_subset.h"
#include "datasets/webdataset/samples.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kAhead = 256;                 // samples whose images are decoded at once
constexpr uint64_t kLongestText = 1 << 20;     // of a caption or a json member
constexpr uint64_t kLargestImage = 256 << 20;  // bytes as stored
constexpr int kThinnest = 200;  // longer by shorter side; resizing it would make the longer one huge
constexpr const char* kImages[] = {"jpg", "jpeg", "png", "webp"};

std::vector<fs::path> tars_of(const fs::path& from) {
  if (!fs::is_directory(from)) return {from};
  std::vector<fs::path> tars;
  const auto look = [&](const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".tar" && !entry.is_directory()) tars.push_back(entry.path());
  };
  look(from);
  if (tars.empty() && fs::is_directory(from / "shards")) look(from / "shards");
  if (tars.empty()) fail("datacomp", "{}: holds no .tar, nor does its folder shards/", from.string());
  std::sort(tars.begin(), tars.end());
  return tars;
}

// 0: the images stay in their tars.
int64_t pixels_of(const std::string& images) {
  if (images.empty() || images == "tars") return 0;
  int64_t size = 0;
  const std::string_view digits = std::string_view(images).substr(std::min<size_t>(6, images.size()));
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (!images.starts_with("embed:") || code != std::errc() || end != digits.data() + digits.size() ||
      size < 8 || size > 1024)
    fail_usage("datacomp", "images={}; expected tars, or embed:SIZE with 8 to 1024 pixels per side", images);
  return size;
}

std::vector<std::string> fields_of(const std::string& text) {
  std::vector<std::string> fields;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('+', at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

class DataComp : public Source {
 public:
  explicit DataComp(const SourceOptions& o)
      : options_(o),
        tars_(tars_of(o.from)),
        pixels_(pixels_of(o.text("images"))),
        domain_fields_(fields_of(o.text("domain-field"))),
        caption_field_(o.text("caption-field")) {
    if (const std::string vectors = o.text("vectors"); !vectors.empty()) {
      const std::string array = o.text("vectors-array");
      vectors_.emplace(beside(vectors), array.empty() ? "l14_img" : array);
    }
    if (const std::string subset = o.text("subset"); !subset.empty()) {
      subset_file_ = beside(subset);
      subset_.emplace(subset_file_);
    }
    if (o.limit <= 0) return;
    listing_ = true;
    std::vector<std::string> ids;
    for (size_t tar = 0; tar < tars_.size(); ++tar) {
      WebSamples samples(tars_[tar]);
      while (const auto sample = samples.next()) {
        Example e;
        if (!wanted(*sample)) continue;
        outside_ = false;
        (void)describe(samples, *sample, tar, e);
        if (!outside_) ids.push_back(e.id);
      }
    }
    keep_ = seeded_subset(ids, o.limit, o.seed);
    listing_ = false;
  }

  std::optional<Row> next() override {
    if (ready_.empty()) read_ahead();
    if (ready_.empty()) return std::nullopt;
    Row row = std::move(ready_.front());
    ready_.pop_front();
    return row;
  }

  std::vector<fs::path> files() const override {
    std::vector<fs::path> files = tars_;
    if (subset_) files.push_back(subset_file_);
    if (vectors_) files.insert(files.end(), vectors_->files().begin(), vectors_->files().end());
    return files;
  }
  int64_t embedding_dim() const override { return vectors_ ? vectors_->dim() : 0; }
  std::vector<fs::path> image_files() const override { return pixels_ > 0 ? std::vector<fs::path>{} : tars_; }
  int64_t pixel_size() const override { return pixels_; }

 private:
  // A path as it is, or beside the tars: a store's digest then does not depend on where they are.
  fs::path beside(const std::string& path) const {
    if (fs::path(path).is_absolute() || fs::exists(path)) return path;
    return (fs::is_directory(options_.from) ? options_.from : options_.from.parent_path()) / path;
  }

  // Members of unknown kinds (tars in a tar, READMEs) are no pairs.
  static bool wanted(const WebSample& sample) {
    const auto& parts = sample.parts;
    return parts.contains("txt") || parts.contains("json") ||
           std::any_of(std::begin(kImages), std::end(kImages),
                       [&](const char* e) { return parts.contains(e); });
  }

  // Everything but the image's content; or why the sample cannot be used. An id is given in any case.
  std::optional<BadRow> describe(const WebSamples& samples, const WebSample& sample, size_t tar, Example& e) {
    const std::string where = tars_[tar].string() + ":" + sample.key;
    e.id = tars_[tar].stem().string() + "/" + sample.key;
    const auto bad = [&](std::string reason, std::string kind) {
      return BadRow{where, std::move(reason), std::move(kind)};
    };
    nlohmann::json json;
    if (const auto part = sample.parts.find("json"); part != sample.parts.end()) {
      if (part->second.bytes > kLongestText) return bad("its json is longer than 1 MiB", "damaged json");
      json = nlohmann::json::parse(samples.tar().text(part->second), nullptr, /*allow_exceptions=*/false);
      if (!json.is_object()) return bad("its json is not a valid object", "damaged json");
      if (const auto uid = json.find("uid");
          uid != json.end() && uid->is_string() && !uid->get<std::string>().empty())
        e.id = uid->get<std::string>();
    }
    if (subset_) {
      const auto uid = parse_uid(e.id);
      if (!uid) return bad("has no uid of 32 hexadecimal digits, by which the subset chooses", "no uid");
      if (!subset_->contains(*uid)) {
        outside_ = true;
        return BadRow{};
      }
    }
    for (const std::string& field : domain_fields_) {
      const auto value = json.find(field);
      const bool scalar = value != json.end() && (value->is_string() || value->is_number_integer());
      const std::string text = !scalar ? "" : value->is_string() ? value->get<std::string>() : value->dump();
      if (text.empty())
        return bad(fmt::format("its json has no text \"{}\" (domain-field)", field), "no domain");
      e.domain += (e.domain.empty() ? "" : "/") + text;
    }
    if (domain_fields_.empty()) e.domain = "all";
    if (!caption_field_.empty()) {
      const auto value = json.find(caption_field_);
      if (value == json.end() || !value->is_string())
        return bad(fmt::format("its json has no text \"{}\" (caption-field)", caption_field_), "no caption");
      e.completion = trimmed(value->get<std::string>());
    } else {
      const auto part = sample.parts.find("txt");
      if (part == sample.parts.end()) return bad("has no .txt", "no caption");
      if (part->second.bytes > kLongestText)
        return bad("its caption is longer than 1 MiB", "damaged caption");
      e.completion = trimmed(samples.tar().text(part->second));
    }
    if (e.completion.empty()) return bad("its caption is empty", "no caption");
    if (vectors_ && !options_.only_texts && !listing_) {
      const auto uid = parse_uid(e.id);
      if (!uid || !vectors_->find(*uid, e.embedding)) return bad("has no vector (vectors)", "no vector");
    }
    for (const char* extension : kImages)
      if (const auto part = sample.parts.find(extension); part != sample.parts.end() && e.image.file < 0)
        e.image = {static_cast<int32_t>(tar), static_cast<int64_t>(part->second.offset),
                   static_cast<int64_t>(part->second.bytes)};
    if (e.image.file < 0) return bad("has no .jpg, .png or .webp", "no image");
    if (e.image.bytes > static_cast<int64_t>(kLargestImage))
      return bad("its image is larger than 256 MiB", "damaged image");
    return std::nullopt;
  }

  // The next samples of the tars, their images decoded by all threads: what cannot be decoded must not enter
  // a store.
  void read_ahead() {
    std::vector<std::span<const std::byte>> images;
    while (ready_.size() < kAhead && tar_ < tars_.size()) {
      if (!samples_) {
        samples_ = std::make_unique<WebSamples>(tars_[tar_]);
        of_tar_ = 0;
      }
      auto sample = samples_->next();
      if (!sample) {
        if (of_tar_ == 0)
          fail("datacomp",
               "{}: holds no KEY.jpg, KEY.txt, KEY.json; is it a tar of tars that must be unpacked first?",
               tars_[tar_].string());
        ++tar_;
        finished_.push_back(std::move(samples_));  // its bytes are read below
        continue;
      }
      if (!wanted(*sample)) continue;
      ++of_tar_;
      Example e;
      outside_ = false;
      auto bad = describe(*samples_, *sample, tar_, e);
      if (outside_) continue;
      const size_t place = place_++;
      if (!keep_.empty() && !keep_[place]) continue;
      if (bad) {
        ready_.emplace_back(std::move(*bad));
        images.emplace_back();
      } else {
        images.push_back(samples_->tar().bytes(
            {"", static_cast<uint64_t>(e.image.offset), static_cast<uint64_t>(e.image.bytes)}));
        ready_.emplace_back(std::move(e));
      }
    }
    if (!options_.only_texts)
      parallel_for(static_cast<int64_t>(ready_.size()), options_.threads, [&](int64_t i) {
        Row& row = ready_[static_cast<size_t>(i)];
        if (auto* e = std::get_if<Example>(&row)) {
          std::string why = check_image(images[static_cast<size_t>(i)], *e);
          if (!why.empty())
            row = BadRow{tars_[static_cast<size_t>(e->image.file)].string() + ":" + e->id, std::move(why),
                         "damaged image"};
        }
      });
    finished_.clear();
  }

  std::string check_image(std::span<const std::byte> bytes, Example& e) const {
    try {
      const Image image = decode_image(bytes);
      if (std::max(image.width, image.height) > kThinnest * std::min(image.width, image.height))
        return fmt::format("an image of {} x {} pixels, a line rather than a picture", image.width,
                           image.height);
      if (pixels_ > 0) e.pixels = centre_square(image, static_cast<int>(pixels_)).rgb;
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  SourceOptions options_;
  std::vector<fs::path> tars_;
  int64_t pixels_;
  std::vector<std::string> domain_fields_;
  std::string caption_field_;
  fs::path subset_file_;
  std::optional<UidSubset> subset_;
  std::optional<MetadataVectors> vectors_;
  std::vector<bool> keep_;  // by sample, over all tars; empty: all
  std::deque<Row> ready_;
  std::unique_ptr<WebSamples> samples_;
  std::vector<std::unique_ptr<WebSamples>> finished_;
  size_t tar_ = 0, place_ = 0;
  int64_t of_tar_ = 0;
  bool listing_ = false;  // the first pass, for ids alone
  bool outside_ = false;  // of the subset: no bad row, but not asked for
};

RNB_REGISTER(
    SourceSpec, .name = "datacomp",
    .summary = "image-text pairs in WebDataset tars: KEY.jpg|png|webp, KEY.txt, KEY.json",
    .licence = "the index CC BY 4.0; the images and captions are their owners'",
    .files = "a folder of WebDataset tars (img2dataset's shards), or one tar",
    .options = {{"domain-field", "",
                 "json field that names the domain; a+b joins two; default: one domain, 'all'"},
                {"caption-field", "", "json field with the caption, in place of KEY.txt"},
                {"subset", "", "DataComp subset file: .npy of dtype u8,u8 with the uids to keep"},
                {"vectors", "",
                 "embeddings that came with the data: an .npz, or DataComp's metadata folder of them"},
                {"vectors-array", "l14_img", "array of the .npz"},
                {"images", "tars",
                 "tars: they stay there; embed:SIZE: squares of that many pixels in the store"}},
    .bad_rows = BadRows::Skip,
    .open = [](const SourceOptions& o) -> std::unique_ptr<Source> { return std::make_unique<DataComp>(o); });

}  // namespace
}  // namespace rnb
