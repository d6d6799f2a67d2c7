#include "datasets/store/store.h"

#include <cmath>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "datasets/store/store_format.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr const char* kParts[] = {"tokens.npy", "offsets.npy",      "loss_from.npy",
                                  "domain.npy", "split.npy",        "example_id.npy",
                                  "text.npy",   "text_offsets.npy", "example_id_offsets.npy"};

template <typename T>
void require_size(const NpyArray& array, int64_t expected, const char* name, const fs::path& folder) {
  if (array.shape().size() != 1 || static_cast<int64_t>(array.values<T>().size()) != expected)
    fail("store", "{}/{}: has {} elements, expected {}; prepare the store again", folder.string(), name,
         array.size(), expected);
}

// Offsets must start at 0, never fall, and end at the length of what they cut.
void require_offsets(const NpyArray& offsets, int64_t examples, int64_t end, const char* name,
                     const fs::path& folder) {
  require_size<int64_t>(offsets, examples + 1, name, folder);
  const auto values = offsets.values<int64_t>();
  bool rising = values.front() == 0 && values.back() == end;
  for (size_t i = 1; i < values.size() && rising; ++i) rising = values[i] >= values[i - 1];
  if (!rising)
    fail("store", "{}/{}: the offsets do not rise from 0 to {}; prepare the store again", folder.string(),
         name, end);
}

std::span<const uint8_t> slice(const NpyArray& data, const NpyArray& offsets, int64_t i) {
  const auto at = offsets.values<int64_t>();
  const auto begin = static_cast<size_t>(at[static_cast<size_t>(i)]),
             end = static_cast<size_t>(at[static_cast<size_t>(i) + 1]);
  return data.values<uint8_t>().subspan(begin, end - begin);
}

std::string_view as_text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

nlohmann::json read_manifest(const fs::path& folder) {
  if (!fs::exists(folder / "manifest.json"))
    fail("store", "{}: is not a prepared store (no manifest.json); make one with rnb prepare",
         folder.string());
  return read_json_file(folder / "manifest.json");
}

void require_version(const nlohmann::json& manifest, const std::string& where) {
  const auto request = json_field<nlohmann::json>(manifest, "request", where);
  const int version = json_field<int>(request, "format_version", where);
  if (version != kStoreFormatVersion)
    fail("store", "{}: format version {}; this program reads {}. Prepare the store again", where, version,
         kStoreFormatVersion);
}

// examples, tokens, and counts {domain: {split: examples}} of the manifest: parts of another store, or of
// another time, rarely agree with them.
void require_counts(const Store& store, int64_t tokens, const std::string& where) {
  const auto agree = [&](const std::string& what, int64_t said, int64_t found) {
    if (said != found)
      fail("store", "{}: says {} {}, the parts beside it hold {}; prepare the store again", where, said, what,
           found);
  };
  agree("examples", json_field<int64_t>(store.manifest(), "examples", where), store.size());
  agree("tokens", json_field<int64_t>(store.manifest(), "tokens", where), tokens);
  std::vector<std::array<int64_t, 3>> found(store.domain_names().size());
  for (int64_t i = 0; i < store.size(); ++i)
    ++found[static_cast<size_t>(store.domain()[static_cast<size_t>(i)])][static_cast<size_t>(store.split(i))];
  const auto counts = json_field<nlohmann::json>(store.manifest(), "counts", where);
  for (size_t d = 0; d < found.size(); ++d) {
    const auto said = json_field<nlohmann::json>(counts, store.domain_names()[d], where);
    for (size_t s = 0; s < 3; ++s) {
      const std::string split(kSplitNames[s]);
      agree(fmt::format("{} examples of domain '{}'", split, store.domain_names()[d]),
            json_field<int64_t>(said, split, where), found[d][s]);
    }
  }
}

void require_weights(const std::vector<double>& weights, size_t domains, const std::string& where) {
  if (weights.empty()) return;
  double sum = 0;
  for (const double w : weights) sum += w >= 0 ? w : NAN;
  if (weights.size() != domains || !std::isfinite(sum) || sum <= 0)
    fail("store", "{}: evaluation_weights is [{}]; expected {} weights >= 0, one per domain", where,
         fmt::join(weights, ", "), domains);
}

}  // namespace

Store::Store(const fs::path& folder)
    : folder_(folder),
      manifest_(read_manifest(folder)),
      tokens_(folder / "tokens.npy"),
      offsets_(folder / "offsets.npy"),
      loss_from_(folder / "loss_from.npy"),
      domain_(folder / "domain.npy"),
      split_(folder / "split.npy"),
      id_(folder / "example_id.npy"),
      id_offsets_(folder / "example_id_offsets.npy"),
      text_(folder / "text.npy"),
      text_offsets_(folder / "text_offsets.npy") {
  const std::string where = (folder / "manifest.json").string();
  require_version(manifest_, where);
  name_ = json_field<std::string>(manifest_, "dataset", where);
  digest_ = sha256_file(folder / "manifest.json");
  domain_names_ = json_field<std::vector<std::string>>(manifest_, "domain_names", where);
  vocab_size_ = json_field<int32_t>(manifest_, "vocab_size", where);
  evaluation_weights_ = json_field<std::vector<double>>(manifest_, "evaluation_weights", where);
  const int64_t n = size();
  if (n < 1 || domain_names_.empty()) fail("store", "{}: holds no examples", folder.string());
  require_weights(evaluation_weights_, domain_names_.size(), where);
  require_size<int32_t>(loss_from_, n, "loss_from.npy", folder);
  require_size<uint8_t>(split_, n, "split.npy", folder);
  require_offsets(offsets_, n, static_cast<int64_t>(tokens_.values<int32_t>().size()), "offsets.npy", folder);
  require_offsets(id_offsets_, n, static_cast<int64_t>(id_.values<uint8_t>().size()),
                  "example_id_offsets.npy", folder);
  require_offsets(text_offsets_, n, static_cast<int64_t>(text_.values<uint8_t>().size()), "text_offsets.npy",
                  folder);
  for (const int32_t id : tokens_.values<int32_t>())
    if (id < 0 || id >= vocab_size_)
      fail("store", "{}/tokens.npy: token id {} is outside the vocabulary of {}", folder.string(), id,
           vocab_size_);
  for (int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<size_t>(i);
    if (domain()[at] < 0 || domain()[at] >= static_cast<int32_t>(domain_names_.size()) ||
        split_.values<uint8_t>()[at] > 2 || loss_from(i) < 0 ||
        loss_from(i) > static_cast<int64_t>(tokens(i).size()))
      fail("store",
           "{}: example {} has a domain, split or loss_from outside its range; prepare the store again",
           folder.string(), i);
  }
  require_counts(*this, static_cast<int64_t>(tokens_.values<int32_t>().size()), where);
}

void verify_store(const Store& store) {
  const std::string where = (store.folder() / "manifest.json").string();
  const auto digests = json_field<std::map<std::string, std::string>>(store.manifest(), "sha256", where);
  std::vector<std::string> wrong;
  for (const char* part : kParts)
    if (!digests.contains(part))
      fail("store", "{}: has no digest of {}; prepare the store again", where, part);
  for (const auto& [name, digest] : digests)
    if (name.find('/') != std::string::npos || !fs::is_regular_file(store.folder() / name) ||
        sha256_file(store.folder() / name) != digest)
      wrong.push_back(name);
  const auto tokenizer = json_field<nlohmann::json>(store.manifest(), "tokenizer", where);
  if (store.tokenizer()->digest() != json_field<std::string>(tokenizer, "sha256", where))
    wrong.emplace_back("tokenizer/");
  if (!wrong.empty())
    fail("store", "{}: {} differ from the digests in manifest.json; prepare the store again",
         store.folder().string(), fmt::join(wrong, ", "));
}

std::span<const int32_t> Store::tokens(int64_t example) const {
  const auto at = offsets_.values<int64_t>();
  const auto begin = static_cast<size_t>(at[static_cast<size_t>(example)]),
             end = static_cast<size_t>(at[static_cast<size_t>(example) + 1]);
  return tokens_.values<int32_t>().subspan(begin, end - begin);
}

std::string_view Store::text(int64_t example) const {
  return as_text(slice(text_, text_offsets_, example));
}
std::string_view Store::example_id(int64_t example) const {
  return as_text(slice(id_, id_offsets_, example));
}

std::vector<int64_t> Store::examples(Split wanted) const {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < size(); ++i)
    if (split(i) == wanted) out.push_back(i);
  return out;
}

std::unique_ptr<Tokenizer> Store::tokenizer() const {
  return load_tokenizer(folder_ / "tokenizer");
}

Split split_of(std::string_view example_id, uint64_t seed) {
  const double u = static_cast<double>(hash64(example_id, seed) >> 11) * 0x1.0p-53;
  return u < 0.90 ? Split::Train : u < 0.95 ? Split::Valid : Split::Test;
}

}  // namespace rnb
