#pragma once
// Byte-pair encoding of one word: the pair of lowest rank is joined, leftmost first, until no pair is left.

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace rnb {

class BpeMerges {
 public:
  // A pair that is listed twice keeps its last rank, as in GPT-2's own encoder and Hugging Face's.
  void set(int32_t left, int32_t right, int32_t rank, int32_t joined);
  // O(n log n) in the length of the word.
  void apply(std::vector<int32_t>& ids) const;

 private:
  struct Merge {
    int32_t rank = 0, joined = 0;
  };
  const Merge* find(int32_t left, int32_t right) const;
  void apply_short(std::vector<int32_t>& ids) const;
  void apply_long(std::vector<int32_t>& ids) const;
  std::unordered_map<uint64_t, Merge> merges_;
};

}  // namespace rnb
