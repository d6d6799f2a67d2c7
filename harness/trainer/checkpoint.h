#pragma once
// A checkpoint: model, optimiser, gradient accumulators and everything else that a run needs to go on bit for
// bit. A folder checkpoint-<step> that appears whole; its manifest holds every file's SHA-256; the newest
// valid one wins.

#include <cstdint>
#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "models/safetensors.h"

namespace rnb {

struct Checkpoint {
  int64_t step = 0;  // optimiser steps of every kind, those of probes that are rolled back too
  TensorMap model, optimiser, gradients;
  TensorMap snapshot;    // of a probe that will be rolled back; empty: there is none
  nlohmann::json state;  // mixer, sampler, ledger, weights, log length, ...
};

void save_checkpoint(const std::filesystem::path& run_folder, const Checkpoint& checkpoint, int64_t keep);
// Skips damaged ones with a line on standard error; nullopt when none is left.
std::optional<Checkpoint> load_newest_checkpoint(const std::filesystem::path& run_folder);

}  // namespace rnb
