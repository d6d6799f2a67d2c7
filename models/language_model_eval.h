#pragma once
// Loss and logits of a model on plain token ids, for anyone who wants to check a folder of weights.

#include <string>

#include "base/npy.h"
#include "models/language_model.h"

namespace rnb {

// ids: int64 [n, T], no padding, T >= 2. Returns the mean loss over the n (T - 1) next-token places, nats.
// logits_out: when not empty, the float32 logits [n, T, V] are written there.
double eval_ids(LanguageModel& model, const NpyArray& ids, const std::string& logits_out,
                torch::Device device = torch::kCPU);

}  // namespace rnb
