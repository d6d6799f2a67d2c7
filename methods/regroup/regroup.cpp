#include "methods/regroup/regroup.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/ranges.h>

#include "base/error.h"
#include "methods/regroup/silhouette.h"
#include "methods/regroup/telling_words.h"

namespace rnb {
namespace {

constexpr int64_t kTiny = 5;  // training examples
constexpr size_t kWords = 8;  // telling words of a cluster; the first three are in its name

void check(const Store& store, const Points& embeddings, const std::vector<int64_t>& ks, int64_t train) {
  if (embeddings.n != store.size() || embeddings.dim < 1)
    fail("regroup", "{} embeddings of width {}; expected one for each of the store's {} examples",
         embeddings.n, embeddings.dim, store.size());
  for (size_t i = 0; i < embeddings.values.size(); ++i)
    if (!std::isfinite(embeddings.values[i]))
      fail("regroup", "the embedding of example {} is not finite; make the embeddings again",
           static_cast<int64_t>(i) / embeddings.dim);
  if (ks.back() > train)
    fail("regroup", "k = {} clusters, but the store has {} training examples; expected at most that many",
         ks.back(), train);
}

std::vector<float> rows_of(const Points& points, const std::vector<int64_t>& rows) {
  std::vector<float> values;
  values.reserve(rows.size() * static_cast<size_t>(points.dim));
  for (const int64_t i : rows) {
    const float* row = points.values.data() + i * points.dim;
    values.insert(values.end(), row, row + points.dim);
  }
  return values;
}

std::vector<int64_t> sizes_of(const Store& store, const std::vector<int32_t>& domain, size_t k, Split split) {
  std::vector<int64_t> size(k);
  for (const int64_t i : store.examples(split)) ++size[static_cast<size_t>(domain[static_cast<size_t>(i)])];
  return size;
}

}  // namespace

RegroupOutcome regroup(const Store& store, const Points& embeddings, const GroupingExpression& expression) {
  const auto start = std::chrono::steady_clock::now();
  const auto train = store.examples(Split::Train);
  check(store, embeddings, expression.ks, static_cast<int64_t>(train.size()));
  const std::vector<float> values = rows_of(embeddings, train);
  const Points points{values, static_cast<int64_t>(train.size()), embeddings.dim};
  const auto tried =
      kmeans_sweep(points, expression.ks, {.seed = expression.seed, .nredo = expression.nredo});
  std::vector<std::vector<int32_t>> assignments;
  for (const Clustering& c : tried) assignments.push_back(c.assignment);
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
  std::vector<std::vector<int64_t>> table(store.domain_names().size(), std::vector<int64_t>(k));
  for (size_t t = 0; t < train.size(); ++t) {
    const auto i = static_cast<size_t>(train[t]);
    g.domain[i] = chosen.assignment[t];
    texts.push_back(store.text(train[t]));
    ++table[static_cast<size_t>(store.domain()[i])][static_cast<size_t>(chosen.assignment[t])];
  }
  const auto size = sizes_of(store, g.domain, k, Split::Train);
  const auto words = telling_words(texts, chosen.assignment, chosen.k, kWords);
  std::vector<std::string> keywords;
  for (size_t c = 0; c < k; ++c) {
    keywords.push_back(fmt::format("{}", fmt::join(words[c], " ")));
    const std::span<const std::string> few(words[c].data(), std::min<size_t>(3, words[c].size()));
    g.domain_names.push_back(few.empty() ? fmt::format("c{:02}", c)
                                         : fmt::format("c{:02} {}", c, fmt::join(few, " ")));
  }
  const auto tiny = std::count_if(size.begin(), size.end(), [](int64_t n) { return n < kTiny; });
  if (tiny > 0)
    warnings.push_back(fmt::format("{} clusters have fewer than {} training examples", tiny, kTiny));
  g.manifest = {{"kind", "regroup"},
                {"k", chosen.k},
                {"k_requested", expression.ks[best]},
                {"embedder", expression.embedder},
                {"seed", expression.seed},
                {"nredo", expression.nredo},
                {"inertia", chosen.inertia},
                {"silhouette", {{"k", expression.ks}, {"value", scores}}},
                {"sizes", size},
                {"sizes_valid", sizes_of(store, g.domain, k, Split::Valid)},
                {"sizes_test", sizes_of(store, g.domain, k, Split::Test)},
                {"keywords", keywords},
                {"table", table},
                {"warnings", warnings},
                {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}};
  return out;
}

}  // namespace rnb
