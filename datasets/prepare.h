#pragma once
// Source -> prepared store: read, tokenise once in parallel, split, write.

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/source.h"

namespace rnb {

enum class BadRows { Stop, Skip };
enum class LossOn { Completion, All };

struct PrepareOptions {
  std::string dataset;
  SourceOptions source;
  std::filesystem::path out;            // the store's folder
  std::string tokenizer;                // "train:4096", a folder (gpt2 files, sentencepiece.model), or empty: default
  BadRows bad_rows = BadRows::Stop;
  LossOn loss_on = LossOn::Completion;
  uint64_t seed = 0;                    // splits
  int threads = 0;                      // 0: all cores
};

struct PrepareSummary {
  int64_t examples = 0, tokens = 0, bad_rows = 0;
  int64_t domains = 0;
  double seconds = 0;
  bool reused = false;  // the folder already held a store made from the same sources with the same options
};

// Throws Error on the first bad row unless BadRows::Skip, which counts them and prints the first few to stderr.
PrepareSummary prepare(const PrepareOptions& options);

}  // namespace rnb
