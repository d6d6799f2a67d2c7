#pragma once
// Source -> prepared store: read, tokenise once in parallel, split, write.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/source_spec.h"

namespace rnb {

enum class LossOn { Completion, All };
enum class ExistingStore { Refuse, Replace };  // one that was made with other options or sources

struct PrepareOptions {
  std::string dataset;
  SourceOptions source;
  std::filesystem::path out;  // the store's folder
  std::string tokenizer;      // "train:SIZE", or a folder for load_tokenizer; empty: train:4096
  BadRows bad_rows = BadRows::Stop;
  LossOn loss_on = LossOn::Completion;
  uint64_t seed = 0;  // splits
  int threads = 0;    // 0: all cores
  ExistingStore existing = ExistingStore::Refuse;
};

struct PrepareSummary {
  int64_t examples = 0, tokens = 0, bad_rows = 0;
  int64_t domains = 0;
  double seconds = 0;
  bool reused = false;  // the folder already held a store made from the same sources with the same options
  std::vector<std::string> notes;  // of the source (Source::notes), and warnings
  std::vector<std::string>
      left_behind;  // groupings and embeddings that a replaced store had and that are untrue now
};

// Nothing is done when the folder holds a store of the same sources and options whose every part fits its
// SHA-256; a damaged one is made again and keeps its groupings and embeddings. A store of other options or
// sources is an Error that says how they differ, unless ExistingStore::Replace; what of it is still true is
// kept (existing_store.h). Throws Error on the first bad row unless BadRows::Skip, which counts them and
// prints the first few to stderr.
PrepareSummary prepare(const PrepareOptions& options);

}  // namespace rnb
