// Tokenizers and the sampler.

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "datasets/tokenizer.h"
#include "harness/tasks/sampler.h"

namespace rnb {
namespace {

const std::string kFixtures = RNB_SOURCE_DIR "/tests/datasets/tokenizers/fixtures/";

// English-like text: words of a made vocabulary, frequent ones first.
std::vector<std::string> made_texts(int count) {
  Rng rng(1, "bench/texts");
  std::vector<std::string> words, texts;
  for (int i = 0; i < 5000; ++i) {
    std::string w;
    const uint64_t length = 2 + rng.below(8);
    for (uint64_t k = 0; k < length; ++k) w += static_cast<char>('a' + rng.below(26));
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

template <typename Encode>
void encode_all(benchmark::State& state, const std::vector<std::string>& texts, const Encode& encode) {
  int64_t bytes = 0;
  for (auto _ : state)
    for (const auto& text : texts) {
      benchmark::DoNotOptimize(encode(text));
      bytes += static_cast<int64_t>(text.size());
    }
  state.SetBytesProcessed(bytes);
}

void sentencepiece_encode(benchmark::State& state) {
  const auto texts = made_texts(2000);
  const auto tokenizer = train_sentencepiece(texts, 2048);
  encode_all(state, texts, [&](const std::string& text) { return tokenizer->encode(text); });
}
BENCHMARK(sentencepiece_encode)->Unit(benchmark::kMillisecond);

void gpt2_encode(benchmark::State& state) {
  const auto tokenizer = load_gpt2_tokenizer(kFixtures + "gpt2_small");
  encode_all(state, made_texts(2000), [&](const std::string& text) { return tokenizer->encode(text); });
}
BENCHMARK(gpt2_encode)->Unit(benchmark::kMillisecond);

void wordpiece_encode(benchmark::State& state) {
  const WordPieceTokenizer tokenizer(kFixtures + "wordpiece_small/vocab.txt");
  encode_all(state, made_texts(2000), [&](const std::string& text) { return tokenizer.encode(text, 256); });
}
BENCHMARK(wordpiece_encode)->Unit(benchmark::kMillisecond);

void draw_a_batch(benchmark::State& state, SamplerMode mode) {
  constexpr int64_t kPool = 1000;  // examples per domain
  const int64_t m = state.range(0);
  std::vector<std::vector<int64_t>> pools(static_cast<size_t>(m));
  for (int64_t i = 0; i < m * kPool; ++i) pools[static_cast<size_t>(i / kPool)].push_back(i);
  Sampler sampler(mode, pools, 1, 100);
  const std::vector<double> p(pools.size(), 1.0 / static_cast<double>(m));
  int64_t step = 0;
  for (auto _ : state) benchmark::DoNotOptimize(sampler.draw(++step, 16, 1, p));
}
BENCHMARK_CAPTURE(draw_a_batch, iid, SamplerMode::Iid)->Arg(8)->Arg(45)->Arg(1000);
BENCHMARK_CAPTURE(draw_a_batch, largest_remainder, SamplerMode::LargestRemainder)->Arg(8)->Arg(45)->Arg(1000);

void shuffle_an_epoch(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(permutation(state.range(0), Rng(1, "bench")));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(shuffle_an_epoch)->Arg(1000)->Arg(100000);

}  // namespace
}  // namespace rnb
