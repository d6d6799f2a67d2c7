#include "base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"

namespace rnb {
namespace {

uint64_t mix64(uint64_t x) {  // finaliser of SplitMix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

uint32_t low32(uint64_t x) {
  return static_cast<uint32_t>(x);
}
uint32_t high32(uint64_t x) {
  return static_cast<uint32_t>(x >> 32);
}

}  // namespace

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = 0xD2511F53ULL * c[0];
    const uint64_t b = 0xCD9E8D57ULL * c[2];
    c = {high32(b) ^ c[1] ^ k[0], low32(b), high32(a) ^ c[3] ^ k[1], low32(a)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  return c;
}

uint64_t hash64(std::string_view text, uint64_t seed) {
  uint64_t h = 0xcbf29ce484222325ULL ^ mix64(seed);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix64(h);
}

Rng::Rng(uint64_t seed, std::string_view purpose, uint64_t step, uint64_t stream) {
  const uint64_t key = mix64(hash64(purpose, seed) + 0x9e3779b97f4a7c15ULL * (stream + 1));
  key_ = {low32(key), high32(key)};
  counter_ = {0, 0, low32(step), high32(step)};
}

uint64_t Rng::next() {
  if (used_ >= 4) {
    block_ = philox4x32(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  const uint64_t value = (static_cast<uint64_t>(block_[used_ + 1]) << 32) | block_[used_];
  used_ += 2;
  return value;
}

double Rng::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

uint64_t Rng::below(uint64_t n) {
  RNB_ASSERT(n >= 1);
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;  // reject the tail that would favour small values
  uint64_t x = next();
  while (x >= limit) x = next();
  return x % n;
}

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double Rng::gamma(double shape) {
  RNB_ASSERT(shape > 0);
  if (shape < 1) {
    const double boosted = gamma(shape + 1);
    return boosted * std::pow(1.0 - uniform(), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double t = 1.0 + c * x;
    if (t <= 0) continue;
    const double v = t * t * t;
    if (std::log1p(-uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

size_t Rng::categorical(std::span<const double> weights) {
  double total = 0;
  for (const double w : weights) total += w;
  RNB_ASSERT(total > 0);
  double left = uniform() * total;
  size_t last_positive = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last_positive = i;
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return last_positive;  // rounding pushed `left` past the end
}

std::vector<int64_t> permutation(int64_t n, Rng rng) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  rng.shuffle(std::span(order));
  return order;
}

}  // namespace rnb
