#include "methods/regroup/regroup.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/ranges.h>

#include "base/error.h"
#include "methods/regroup/silhouette.h"
#include "methods/regroup/typical_words.h"

namespace rnb {
namespace {

constexpr int64_t kTiny = 5;  // training examples
constexpr size_t kWords = 8;  // typical words of a cluster; the first three are in its name

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

// The clustering with the highest silhouette of those that were tried.
struct Choice {
  std::vector<double> scores;  // by k
  size_t best = 0;
  Clustering clustering;
};

Choice choose_k(const Points& points, const GroupingExpression& expression) {
  auto tried = kmeans_sweep(points, expression.ks, {.seed = expression.seed, .nredo = expression.nredo});
  std::vector<std::vector<int32_t>> assignments;
  for (const Clustering& c : tried) assignments.push_back(c.assignment);
  Choice choice;
  choice.scores = silhouettes(points, assignments, expression.seed);
  choice.best = static_cast<size_t>(std::max_element(choice.scores.begin(), choice.scores.end()) -
                                    choice.scores.begin());
  choice.clustering = std::move(tried[choice.best]);
  return choice;
}

std::vector<std::string> warnings_of(const Choice& choice, const GroupingExpression& expression,
                                     const std::vector<int64_t>& train_sizes) {
  std::vector<std::string> out;
  const size_t tried = choice.scores.size();
  if (tried > 1 && (choice.best == 0 || choice.best + 1 == tried))
    out.push_back(fmt::format("the best k, {}, is at the edge of the range that was tried; widen --k",
                              expression.ks[choice.best]));
  if (choice.clustering.dropped_empty > 0)
    out.push_back(
        fmt::format("{} clusters came out empty and were dropped", choice.clustering.dropped_empty));
  const auto tiny =
      std::count_if(train_sizes.begin(), train_sizes.end(), [](int64_t n) { return n < kTiny; });
  if (tiny > 0) out.push_back(fmt::format("{} clusters have fewer than {} training examples", tiny, kTiny));
  return out;
}

// Names "c07 first three words"; returns all the words of each cluster.
std::vector<std::string> name_by_words(Grouping& grouping,
                                       const std::vector<std::vector<std::string>>& words) {
  std::vector<std::string> keywords;
  for (size_t c = 0; c < words.size(); ++c) {
    keywords.push_back(fmt::format("{}", fmt::join(words[c], " ")));
    const std::span<const std::string> few(words[c].data(), std::min<size_t>(3, words[c].size()));
    grouping.domain_names.push_back(few.empty() ? fmt::format("c{:02}", c)
                                                : fmt::format("c{:02} {}", c, fmt::join(few, " ")));
  }
  return keywords;
}

}  // namespace

RegroupOutcome regroup(const Store& store, const Points& embeddings, const GroupingExpression& expression) {
  const auto start = std::chrono::steady_clock::now();
  const auto train = store.examples(Split::Train);
  check(store, embeddings, expression.ks, static_cast<int64_t>(train.size()));
  const std::vector<float> values = rows_of(embeddings, train);
  const Points points{values, static_cast<int64_t>(train.size()), embeddings.dim};
  const Choice choice = choose_k(points, expression);
  const Clustering& chosen = choice.clustering;

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
  const auto keywords = name_by_words(g, typical_words(texts, chosen.assignment, chosen.k, kWords));
  g.manifest = {{"kind", "regroup"},
                {"k", chosen.k},
                {"k_requested", expression.ks[choice.best]},
                {"embedder", expression.embedder},
                {"seed", expression.seed},
                {"nredo", expression.nredo},
                {"inertia", chosen.inertia},
                {"silhouette", {{"k", expression.ks}, {"value", choice.scores}}},
                {"sizes", size},
                {"sizes_valid", sizes_of(store, g.domain, k, Split::Valid)},
                {"sizes_test", sizes_of(store, g.domain, k, Split::Test)},
                {"keywords", keywords},
                {"table", table},
                {"warnings", warnings_of(choice, expression, size)},
                {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}};
  return out;
}

}  // namespace rnb
