#include "datasets/store/grouping.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/suggest.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

std::string digest_of(const Grouping& g) {
  Sha256 hash;
  hash.update(nlohmann::json(g.domain_names).dump());
  hash.update(g.domain.data(), g.domain.size() * sizeof(int32_t));
  return hash.hex();
}

std::vector<std::string> existing(const fs::path& folder) {
  std::vector<std::string> names{"original"};
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (!entry.path().filename().string().starts_with('.')) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Grouping original_grouping(const Store& store) {
  Grouping g;
  g.name = "original";
  g.domain_names = store.domain_names();
  g.domain.assign(store.domain().begin(), store.domain().end());
  g.digest = digest_of(g);
  return g;
}

Grouping load_grouping(const Store& store, const std::string& name) {
  if (name == "original") return original_grouping(store);
  const fs::path folder = store.folder() / "groupings" / name;
  if (name.find('/') != std::string::npos || !fs::exists(folder / "manifest.json"))
    fail("grouping", "{} has no grouping '{}'{}; rnb regroup makes one", store.folder().string(), name,
         suggestion(name, existing(store.folder() / "groupings")));
  Grouping g;
  g.name = name;
  g.manifest = read_json_file(folder / "manifest.json");
  const std::string where = (folder / "manifest.json").string();
  g.domain_names = json_field<std::vector<std::string>>(g.manifest, "domain_names", where);
  if (json_field<std::string>(g.manifest, "store_digest", where) != store.digest())
    fail("grouping", "{}: was made for another store; make the grouping again", folder.string());
  const NpyArray array(folder / "domain.npy");
  const auto values = array.values<int32_t>();
  if (static_cast<int64_t>(values.size()) != store.size())
    fail("grouping",
         "{}: {} examples, the store has {}; the store was prepared anew, make the grouping again",
         folder.string(), values.size(), store.size());
  for (const int32_t d : values)
    if (d < 0 || d >= static_cast<int32_t>(g.domain_names.size()))
      fail("grouping", "{}/domain.npy: domain {} of {}", folder.string(), d, g.domain_names.size());
  g.domain.assign(values.begin(), values.end());
  g.digest = digest_of(g);
  if (g.digest != json_field<std::string>(g.manifest, "digest", where))
    fail("grouping", "{}: domain.npy does not match its digest", folder.string());
  return g;
}

void save_grouping(const Store& store, const Grouping& grouping, std::span<const float> centroids,
                   int64_t dim) {
  RNB_ASSERT(centroids.empty() || (dim > 0 && static_cast<int64_t>(centroids.size()) % dim == 0));
  AtomicFolder folder(store.folder() / "groupings" / grouping.name);
  write_npy<int32_t>(folder.path() / "domain.npy", grouping.domain,
                     {static_cast<int64_t>(grouping.domain.size())});
  if (!centroids.empty())
    write_npy<float>(folder.path() / "centroids.npy", centroids,
                     {static_cast<int64_t>(centroids.size()) / dim, dim});
  nlohmann::json manifest = grouping.manifest.is_object() ? grouping.manifest : nlohmann::json::object();
  manifest["name"] = grouping.name;
  manifest["domain_names"] = grouping.domain_names;
  manifest["digest"] = digest_of(grouping);
  manifest["store_digest"] = store.digest();
  write_file_atomic(folder.path() / "manifest.json", manifest.dump(1) + "\n");
  folder.commit();
}

Grouping random_grouping(const Store& store, int64_t k, uint64_t seed) {
  if (k < 1 || k > store.size())
    fail_usage("grouping", "random:k={}; expected 1 to {} (the number of examples)", k, store.size());
  Grouping g;
  g.name = fmt::format("random-k{}-s{}", k, seed);
  for (int64_t d = 0; d < k; ++d) g.domain_names.push_back(fmt::format("r{:03}", d));
  for (int64_t i = 0; i < store.size(); ++i)
    g.domain.push_back(
        static_cast<int32_t>(hash64(store.example_id(i), seed ^ 0x9a0d0aULL) % static_cast<uint64_t>(k)));
  g.digest = digest_of(g);
  g.manifest = {{"kind", "random"}, {"k", k}, {"seed", seed}, {"seconds", 0.0}};
  return g;
}

DomainCounts count_domains(const Store& store, const Grouping& grouping, Split split) {
  DomainCounts out{std::vector<int64_t>(grouping.domain_names.size()),
                   std::vector<int64_t>(grouping.domain_names.size())};
  for (int64_t i = 0; i < store.size(); ++i) {
    if (store.split(i) != split) continue;
    const auto d = static_cast<size_t>(grouping.domain[static_cast<size_t>(i)]);
    ++out.examples[d];
    out.tokens[d] +=
        std::max<int64_t>(0, static_cast<int64_t>(store.tokens(i).size()) - std::max(1, store.loss_from(i)));
  }
  return out;
}

}  // namespace rnb
