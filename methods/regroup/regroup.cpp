#include "methods/regroup/regroup.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/suggest.h"
#include "methods/regroup/telling_words.h"

namespace rnb {
namespace {

constexpr const char* kForms =
    "expected original, regroup:k=10, "
    "regroup:k=5..30:5[,embedder=minilm|static|npy:FILE][,seed=1][,nredo=3], random:k=10[,seed=1], or a "
    "grouping's name";
constexpr int64_t kTiny = 5;  // training examples

int64_t whole(const std::string& text, const std::string& all) {
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size() || n < 1)
    fail_usage("grouping", "'{}' in '{}' is not a positive whole number; {}", text, all, kForms);
  return n;
}

std::vector<int64_t> k_values(const std::string& text, const std::string& all) {
  const size_t dots = text.find("..");
  if (dots == std::string::npos) return {whole(text, all)};
  const size_t colon = text.find(':', dots);
  const int64_t first = whole(text.substr(0, dots), all),
                last =
                    whole(text.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2), all);
  const int64_t step = colon == std::string::npos ? 1 : whole(text.substr(colon + 1), all);
  if (first > last || (last - first) / step > 1000)
    fail_usage("grouping", "k={} is no range of at most 1000 values; {}", text, kForms);
  std::vector<int64_t> ks;
  for (int64_t k = first; k <= last; k += step) ks.push_back(k);
  return ks;
}

std::string safe(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return text;
}

}  // namespace

GroupingExpression parse_grouping(const std::string& text) {
  GroupingExpression e;
  const bool is_regroup = text.starts_with("regroup:"), is_random = text.starts_with("random:");
  if (!is_regroup && !is_random) {
    if (text.empty() || text.find_first_of(":=/") != std::string::npos)
      fail_usage("grouping", "'{}' is not understood; {}", text, kForms);
    e.name = text;
    return e;
  }
  e.kind = is_regroup ? GroupingExpression::Kind::Regroup : GroupingExpression::Kind::Random;
  std::string k_text;
  for (size_t at = text.find(':') + 1; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const size_t equals = part.find('=');
    const std::string key = part.substr(0, equals),
                      value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (value.empty()) fail_usage("grouping", "'{}' in '{}' has no value; {}", part, text, kForms);
    if (key == "k") {
      e.ks = k_values(value, text);
      k_text = value;
    } else if (key == "seed") {
      e.seed = static_cast<uint64_t>(whole(value, text));
    } else if (key == "nredo" && is_regroup) {
      e.nredo = static_cast<int>(whole(value, text));
    } else if (key == "embedder" && is_regroup) {
      e.embedder = value;
    } else {
      fail_usage("grouping", "'{}' in '{}' is not known{}", key, text,
                 suggestion(key, {"k", "seed", "nredo", "embedder"}));
    }
    at = end + 1;
  }
  if (e.ks.empty() || (is_random && e.ks.size() > 1))
    fail_usage("grouping", "'{}' needs {}; {}", text, is_random ? "one k" : "k", kForms);
  e.name = is_random ? fmt::format("random-k{}-s{}", k_text, e.seed)
                     : fmt::format("regroup-{}-k{}-s{}-n{}", safe(e.embedder), safe(k_text), e.seed, e.nredo);
  return e;
}

RegroupOutcome regroup(const Store& store, const Points& embeddings, const GroupingExpression& expression) {
  const auto start = std::chrono::steady_clock::now();
  const auto train = store.examples(Split::Train);
  std::vector<float> values;
  for (const int64_t i : train) {
    const float* row = embeddings.values.data() + i * embeddings.dim;
    values.insert(values.end(), row, row + embeddings.dim);
  }
  const Points points{values, static_cast<int64_t>(train.size()), embeddings.dim};
  std::vector<Clustering> tried;
  std::vector<std::vector<int32_t>> assignments;
  for (const int64_t k : expression.ks) {
    tried.push_back(kmeans(points, k, {expression.seed, expression.nredo, 25}));
    assignments.push_back(tried.back().assignment);
  }
  const auto scores = silhouettes(points, assignments, expression.seed);
  const size_t best = static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  const Clustering& chosen = tried[best];

  std::vector<std::string> warnings;
  if (tried.size() > 1 && (best == 0 || best + 1 == tried.size()))
    warnings.push_back(fmt::format("the best k, {}, is at the edge of the range that was tried; widen --k",
                                   expression.ks[best]));
  if (chosen.dropped_empty > 0)
    warnings.push_back(fmt::format("{} clusters came out empty and were dropped", chosen.dropped_empty));

  RegroupOutcome out;
  out.centroids = chosen.centroids;
  Grouping& g = out.grouping;
  g.name = expression.name;
  g.domain = assign_nearest(embeddings, chosen.centroids);
  const auto k = static_cast<size_t>(chosen.k);
  std::vector<std::string_view> texts;
  std::vector<int64_t> size(k);
  std::vector<std::vector<int64_t>> table(store.domain_names().size(), std::vector<int64_t>(k));
  for (size_t t = 0; t < train.size(); ++t) {
    const auto i = static_cast<size_t>(train[t]);
    g.domain[i] = chosen.assignment[t];
    texts.push_back(store.text(train[t]));
    ++size[static_cast<size_t>(chosen.assignment[t])];
    ++table[static_cast<size_t>(store.domain()[i])][static_cast<size_t>(chosen.assignment[t])];
  }
  const auto words = telling_words(texts, chosen.assignment, chosen.k, 8);
  std::vector<std::string> keywords;
  for (size_t c = 0; c < k; ++c) {
    keywords.push_back(fmt::format("{}", fmt::join(words[c], " ")));
    const std::span<const std::string> few(words[c].data(), std::min<size_t>(3, words[c].size()));
    g.domain_names.push_back(fmt::format("c{:02} {}", c, fmt::join(few, " ")));
  }
  const auto tiny = std::count_if(size.begin(), size.end(), [](int64_t n) { return n < kTiny; });
  if (tiny > 0)
    warnings.push_back(fmt::format("{} clusters have fewer than {} training examples", tiny, kTiny));
  g.manifest = {{"kind", "regroup"},
                {"k", chosen.k},
                {"embedder", expression.embedder},
                {"seed", expression.seed},
                {"nredo", expression.nredo},
                {"inertia", chosen.inertia},
                {"silhouette", {{"k", expression.ks}, {"value", scores}}},
                {"sizes", size},
                {"keywords", keywords},
                {"table", table},
                {"warnings", warnings},
                {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}};
  return out;
}

}  // namespace rnb
