#include "datasets/source.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/suggest.h"
#include "datasets/sources/sources.h"

namespace rnb {

const std::vector<SourceSpec>& source_specs() {
  static const std::vector<SourceSpec> specs{datacomp_source(), dolly_source(),  jsonl_source(),
                                             s1_source(),       skills_source(), sni_source(),
                                             sni_test_source(), wordnet_source()};
  return specs;
}

const SourceSpec& source_spec(const std::string& name) {
  std::vector<std::string> names;
  for (const SourceSpec& spec : source_specs()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  fail_usage("dataset", "there is no data set '{}'{}", name, suggestion(name, names));
}

std::vector<bool> seeded_subset(const std::vector<std::string>& ids, int64_t limit, uint64_t seed) {
  std::vector<bool> keep(ids.size(), limit <= 0 || limit >= static_cast<int64_t>(ids.size()));
  if (keep.empty() || keep.front()) return keep;
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < ids.size(); ++i) order.emplace_back(hash64(ids[i], seed ^ 0x5eedULL), i);
  std::nth_element(order.begin(), order.begin() + limit, order.end());
  for (int64_t i = 0; i < limit; ++i) keep[order[static_cast<size_t>(i)].second] = true;
  return keep;
}

}  // namespace rnb
