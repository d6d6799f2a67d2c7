#pragma once
// The words that tell a cluster from the others: TF-IDF with each cluster as one document.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

// texts[i] belongs to cluster[i] of k. Words are lower-case ASCII letters, three or more (other bytes count
// as letters, so that other scripts stay whole). Score: count / words of the cluster x ln((1 + k) / (1 +
// clusters with the word)). Words that all clusters have are left out. Ties in alphabetical order.
std::vector<std::vector<std::string>> telling_words(std::span<const std::string_view> texts,
                                                    std::span<const int32_t> cluster, int64_t k,
                                                    size_t words_a_cluster);

}  // namespace rnb
