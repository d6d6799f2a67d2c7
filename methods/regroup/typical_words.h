#pragma once
// The words that are typical of a cluster: class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794) of
// the words that the others hardly have.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

// texts[i] belongs to cluster[i] of k; returns for each cluster at most `words_per_cluster` words, the best
// first. Words are lower-case ASCII letters, three or more (other bytes count as letters, so that other
// scripts stay whole; dashes and quotation marks do not). Score of word t in cluster c, equation 3 there:
//   tf_{t,c} ln(1 + A / f_t),  f_t: count of t in all clusters, A: mean number of words of a cluster.
// The weight alone leaves "the" first, since a cluster is a very long document: only words count whose share
// of the cluster's words is more than three times their share of all other words. Ties in alphabetical order.
std::vector<std::vector<std::string>> typical_words(std::span<const std::string_view> texts,
                                                    std::span<const int32_t> cluster, int64_t k,
                                                    size_t words_per_cluster);

}  // namespace rnb
