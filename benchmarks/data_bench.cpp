// Tokenizers and the sampler.

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "datasets/tokenizer.h"
#include "methods/quota.h"

namespace rnb {
namespace {

// English-like text: words of a made vocabulary, Zipf-distributed.
std::vector<std::string> made_texts(int count) {
  Rng rng(1, "bench/texts");
  std::vector<std::string> words, texts;
  for (int i = 0; i < 5000; ++i) {
    std::string w;
    for (uint64_t k = 0; k < 2 + rng.below(8); ++k) w += static_cast<char>('a' + rng.below(26));
    words.push_back(w);
  }
  for (int t = 0; t < count; ++t) {
    std::string text;
    for (int k = 0; k < 20; ++k)
      text += words[static_cast<size_t>(5000 * rng.uniform() * rng.uniform() * rng.uniform())] + " ";
    texts.push_back(text);
  }
  return texts;
}

void sentencepiece_encode(benchmark::State& state) {
  const auto texts = made_texts(5000);
  const auto tokenizer = train_sentencepiece(texts, 2048);
  int64_t bytes = 0;
  for (auto _ : state)
    for (const auto& text : texts) {
      benchmark::DoNotOptimize(tokenizer->encode(text));
      bytes += static_cast<int64_t>(text.size());
    }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(sentencepiece_encode)->Unit(benchmark::kMillisecond);

void largest_remainder_of_a_batch(benchmark::State& state) {
  const std::vector<double> p(static_cast<size_t>(state.range(0)), 1.0 / static_cast<double>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(largest_remainder(p, 16));
}
BENCHMARK(largest_remainder_of_a_batch)->Arg(8)->Arg(45)->Arg(1000);

void shuffle_an_epoch(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(permutation(state.range(0), Rng(1, "bench")));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(shuffle_an_epoch)->Arg(1000)->Arg(100000);

}  // namespace
}  // namespace rnb
