#include "methods/regroup/telling_words.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rnb {
namespace {

template <typename Visit>
void each_word(std::string_view text, const Visit& visit) {
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    const auto c = static_cast<unsigned char>(i < text.size() ? text[i] : ' ');
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    if (upper || lower || c >= 0x80) {
      word += static_cast<char>(upper ? c + 32 : c);
      continue;
    }
    if (word.size() >= 3) visit(word);
    word.clear();
  }
}

}  // namespace

std::vector<std::vector<std::string>> telling_words(std::span<const std::string_view> texts,
                                                    std::span<const int32_t> cluster, int64_t k,
                                                    size_t words_a_cluster) {
  std::vector<std::unordered_map<std::string, int64_t>> count(static_cast<size_t>(k));
  std::vector<int64_t> total(static_cast<size_t>(k));
  for (size_t i = 0; i < texts.size(); ++i)
    each_word(texts[i], [&](const std::string& word) {
      ++count[static_cast<size_t>(cluster[i])][word];
      ++total[static_cast<size_t>(cluster[i])];
    });
  std::unordered_map<std::string, int64_t> clusters_with;
  for (const auto& words : count)
    for (const auto& [word, n] : words) ++clusters_with[word];
  std::vector<std::vector<std::string>> out;
  for (size_t c = 0; c < count.size(); ++c) {
    std::vector<std::pair<double, std::string>> scored;
    for (const auto& [word, n] : count[c]) {
      const double idf =
          std::log((1.0 + static_cast<double>(k)) / (1.0 + static_cast<double>(clusters_with[word])));
      if (idf <= 0) continue;  // in every cluster: tells nothing
      scored.emplace_back(-static_cast<double>(n) / static_cast<double>(total[c]) * idf, word);
    }
    const size_t keep = std::min(words_a_cluster, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(keep), scored.end());
    out.emplace_back();
    for (size_t i = 0; i < keep; ++i) out.back().push_back(scored[i].second);
  }
  return out;
}

}  // namespace rnb
