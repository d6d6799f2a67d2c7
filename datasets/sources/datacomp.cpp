// DataComp and other image-text pairs in WebDataset tars (img2dataset's layout): KEY.jpg, KEY.txt, KEY.json.

#include <algorithm>
#include <charconv>
#include <deque>
#include <memory>
#include <span>

#include "base/error.h"
#include "base/parallel.h"
#include "datasets/images/clip_pixels.h"
#include "datasets/source_spec.h"
#include "datasets/sources/datacomp_pair.h"
#include "datasets/sources/seeded_subset.h"
#include "datasets/webdataset/samples.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr size_t kAhead = 256;  // samples whose images are decoded at once
constexpr int kThinnest = 200;  // longer by shorter side; resizing it would make the longer one huge

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

class DataComp : public Source {
 public:
  explicit DataComp(const SourceOptions& o)
      : options_(o), tars_(tars_of(o.from)), pixels_(pixels_of(o.text("images"))), pairs_(o) {
    if (o.limit > 0) keep_ = seeded_subset(all_ids(), o.limit, o.seed);
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
    for (fs::path& file : pairs_.files()) files.push_back(std::move(file));
    return files;
  }
  int64_t embedding_dim() const override { return pairs_.embedding_dim(); }
  std::vector<fs::path> image_files() const override { return pixels_ > 0 ? std::vector<fs::path>{} : tars_; }
  int64_t pixel_size() const override { return pixels_; }

 private:
  // Of every pair that the subset asks for, usable or not.
  std::vector<std::string> all_ids() {
    std::vector<std::string> ids;
    for (size_t tar = 0; tar < tars_.size(); ++tar) {
      WebSamples samples(tars_[tar]);
      while (const auto sample = samples.next()) {
        if (!is_pair(*sample)) continue;
        Example e;
        BadRow bad;
        if (pairs_.read(samples, *sample, tars_[tar], static_cast<int32_t>(tar), PairReading::OnlyId, e,
                        bad) != PairFit::Outside)
          ids.push_back(e.id);
      }
    }
    return ids;
  }

  // The next sample of the tars that is a pair.
  std::optional<WebSample> next_sample() {
    while (tar_ < tars_.size()) {
      if (!samples_) {
        samples_ = std::make_unique<WebSamples>(tars_[tar_]);
        of_tar_ = 0;
      }
      while (auto sample = samples_->next()) {
        if (!is_pair(*sample)) continue;
        ++of_tar_;
        return sample;
      }
      if (of_tar_ == 0)
        fail("datacomp",
             "{}: holds no KEY.jpg, KEY.txt, KEY.json; is it a tar of tars that must be unpacked first?",
             tars_[tar_].string());
      ++tar_;
      finished_.push_back(std::move(samples_));  // its bytes are read by read_ahead
    }
    return std::nullopt;
  }

  // The next rows, their images decoded by all threads: what cannot be decoded must not enter a store.
  void read_ahead() {
    const auto reading = options_.only_texts ? PairReading::OnlyId : PairReading::Everything;
    std::vector<std::span<const std::byte>> images;
    while (ready_.size() < kAhead) {
      const auto sample = next_sample();
      if (!sample) break;
      Example e;
      BadRow bad;
      const PairFit fit =
          pairs_.read(*samples_, *sample, tars_[tar_], static_cast<int32_t>(tar_), reading, e, bad);
      if (fit == PairFit::Outside) continue;
      const size_t place = place_++;
      if (!keep_.empty() && !keep_[place]) continue;
      images.emplace_back();
      if (fit == PairFit::Bad) {
        ready_.emplace_back(std::move(bad));
        continue;
      }
      images.back() = samples_->tar().bytes(
          {"", static_cast<uint64_t>(e.image.offset), static_cast<uint64_t>(e.image.bytes)});
      ready_.emplace_back(std::move(e));
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

  // Why the image cannot be used; empty: it can, and its pixels are in the example where these are asked for.
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
  int64_t pixels_;  // side of the squares in the store; 0: images stay in their tars
  PairReader pairs_;
  std::vector<bool> keep_;  // by pair that the subset asks for, over all tars; empty: all
  std::deque<Row> ready_;
  std::unique_ptr<WebSamples> samples_;  // of the tar that is being read
  std::vector<std::unique_ptr<WebSamples>> finished_;
  size_t tar_ = 0, place_ = 0;
  int64_t of_tar_ = 0;  // pairs read from it
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
