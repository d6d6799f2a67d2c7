#include "datasets/tokenizers/code_points.h"
#include "datasets/tokenizers/regex.h"
#include "datasets/tokenizers/word_splitter.h"

namespace rnb {
namespace {

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kClip = R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";
constexpr std::string_view kClipNames =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

class PatternWords : public WordSplitter {
 public:
  PatternWords(const std::string& pattern, KeptPieces keep, const std::string& where)
      : regex_(pattern, where), keep_(keep) {}

  void split(std::string_view text, Words& words) const override {
    const auto add = [&](size_t begin, size_t end, KeptPieces other) {
      if (end > begin && keep_ != other) words.push_back(text.substr(begin, end - begin));
    };
    size_t done = 0;
    for (size_t at = 0; at < text.size();) {
      const Regex::Match match = regex_.find(text, at);
      if (!match.found) break;
      if (match.end == match.begin) {  // an empty match cuts nothing
        if (match.begin == text.size()) break;
        at = match.begin + code_point_at(text, match.begin).bytes;
        continue;
      }
      add(done, match.begin, KeptPieces::Matches);
      add(match.begin, match.end, KeptPieces::Gaps);
      at = done = match.end;
    }
    add(done, text.size(), KeptPieces::Matches);
  }

 private:
  Regex regex_;
  KeptPieces keep_;
};

class ChainedWords : public WordSplitter {
 public:
  explicit ChainedWords(std::vector<std::unique_ptr<WordSplitter>> stages) : stages_(std::move(stages)) {}
  void split(std::string_view text, Words& words) const override {
    Words pieces{text}, cut;
    for (size_t s = 0; s + 1 < stages_.size(); ++s) {
      cut.clear();
      for (const std::string_view piece : pieces) stages_[s]->split(piece, cut);
      pieces.swap(cut);
    }
    for (const std::string_view piece : pieces) stages_.back()->split(piece, words);
  }

 private:
  std::vector<std::unique_ptr<WordSplitter>> stages_;
};

}  // namespace

std::unique_ptr<WordSplitter> pattern_words(const std::string& pattern, KeptPieces keep,
                                            const std::string& where) {
  // These leave no gap, so that Both and Matches are the same.
  if (keep != KeptPieces::Gaps) {
    if (pattern == kGpt2) return gpt2_words();
    if (pattern == kQwen2) return qwen2_words(1);
    if (pattern == kLlama3) return qwen2_words(3);
  }
  if (keep == KeptPieces::Matches) {
    if (pattern == kClip) return clip_words(ControlNames::Split);
    if (pattern == kClipNames) return clip_words(ControlNames::Whole);
  }
  return std::make_unique<PatternWords>(pattern, keep, where);
}

std::unique_ptr<WordSplitter> chained_words(std::vector<std::unique_ptr<WordSplitter>> stages) {
  if (stages.size() == 1) return std::move(stages.front());
  RNB_ASSERT(!stages.empty());
  return std::make_unique<ChainedWords>(std::move(stages));
}

}  // namespace rnb
