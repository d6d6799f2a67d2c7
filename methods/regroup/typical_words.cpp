#include "methods/regroup/typical_words.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rnb {
namespace {

constexpr double kTimesAsFrequent = 3;

// U+2000 to U+207F: dashes, quotation marks, bullets, spaces. Three bytes of UTF-8.
bool general_punctuation(std::string_view text, size_t at) {
  return text.substr(at).starts_with("\xe2\x80") || text.substr(at).starts_with("\xe2\x81");
}

template <typename Visit>
void each_word(std::string_view text, const Visit& visit) {
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    const auto c = static_cast<unsigned char>(i < text.size() ? text[i] : ' ');
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    if (general_punctuation(text, i)) {
      i += 2;
    } else if (upper || lower || c >= 0x80) {
      word += static_cast<char>(upper ? c + 32 : c);
      continue;
    }
    if (word.size() >= 3) visit(word);
    word.clear();
  }
}

}  // namespace

std::vector<std::vector<std::string>> typical_words(std::span<const std::string_view> texts,
                                                    std::span<const int32_t> cluster, int64_t k,
                                                    size_t words_per_cluster) {
  std::vector<std::unordered_map<std::string, double>> tf(static_cast<size_t>(k));
  std::unordered_map<std::string, double> f;
  std::vector<double> words(static_cast<size_t>(k));
  double all_words = 0;
  for (size_t i = 0; i < texts.size(); ++i)
    each_word(texts[i], [&](const std::string& word) {
      ++tf[static_cast<size_t>(cluster[i])][word];
      ++f[word];
      ++words[static_cast<size_t>(cluster[i])];
      ++all_words;
    });
  const double A = all_words / static_cast<double>(k);
  std::vector<std::vector<std::string>> out;
  for (size_t c = 0; c < tf.size(); ++c) {
    std::vector<std::pair<double, std::string>> scored;
    for (const auto& [word, n] : tf[c]) {
      const double elsewhere = f.at(word) - n;
      // n / words[c] > kTimesAsFrequent * elsewhere / (words of the others)
      if (n * (all_words - words[c]) <= kTimesAsFrequent * elsewhere * words[c]) continue;
      scored.emplace_back(-n * std::log(1 + A / f.at(word)), word);
    }
    const size_t keep = std::min(words_per_cluster, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(keep), scored.end());
    out.emplace_back();
    for (size_t i = 0; i < keep; ++i) out.back().push_back(scored[i].second);
  }
  return out;
}

}  // namespace rnb
