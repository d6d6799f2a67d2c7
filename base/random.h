#pragma once
// Counter-based randomness: every number is a pure function of (seed, purpose, step) and its position. There
// is no hidden stream to save, so two methods with equal proportions draw equal batches, and a resumed run
// needs only its step. Generator: Philox4x32-10 (Salmon et al., SC'11).

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace rnb {

// One Philox4x32-10 block.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// FNV-1a of the text, finished with a 64-bit mixer: stable over machines and versions.
uint64_t hash64(std::string_view text, uint64_t seed = 0);

class Rng {
 public:
  // `purpose` names what the numbers are for ("order", "domain", "init", ...); step and stream are free
  // indices.
  Rng(uint64_t seed, std::string_view purpose, uint64_t step = 0, uint64_t stream = 0);

  uint64_t next();                                      // 64 random bits
  double uniform();                                     // [0, 1), 53 bits
  uint64_t below(uint64_t n);                           // [0, n), unbiased; n >= 1
  double normal();                                      // standard normal (Box-Muller)
  double gamma(double shape);                           // Gamma(shape, 1), shape > 0 (Marsaglia & Tsang)
  size_t categorical(std::span<const double> weights);  // index ~ weights (>= 0, positive sum)

  template <typename T>
  void shuffle(std::span<T> items) {  // Fisher-Yates
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_{};
  int used_ = 4;  // 32-bit words of block_ already handed out
};

// 0..n-1 in an order that (seed, purpose, step, stream) decide.
std::vector<int64_t> permutation(int64_t n, Rng rng);

}  // namespace rnb
