#pragma once
// Our language models against what tests/oracle/language_model_fixtures.py left in a folder.

#include <filesystem>
#include <string>

#include <torch/torch.h>

#include "models/language_model.h"
#include "models/safetensors.h"

namespace rnb {

inline const std::filesystem::path kModelFixtures = RNB_SOURCE_DIR "/tests/models/fixtures";

// Loss over all next-token places, through the fused head, as two domains.
torch::Tensor next_token_loss(LanguageModel& model, const torch::Tensor& ids,
                              LinearTracker* tracker = nullptr);

// transformers: loss within 1e-5, each logit within 1e-4, each parameter's gradient within 1e-4 of its norm.
void expect_parity(const std::filesystem::path& folder);
// The same for shapes of a family that are made now, from a seed.
void expect_live_parity(const std::string& family, int seed);
// transformers reads what save_hugging_face wrote and computes the same logits.
void expect_read_back(const LanguageModel& model, const std::filesystem::path& folder);
// The model's parameters are `saved` in bfloat16 precision, kept as float32.
void expect_bfloat16_of(const TensorMap& saved, const LanguageModel& model);
// A tracker of all linear layers sees gradients that add up to the parameters' own.
void expect_tracked_gradients_add_up(const std::string& size);
// Recomputed activations give the same loss and gradients, bit for bit, with a tracker and without.
void expect_recomputed_is_equal(const std::string& size);

}  // namespace rnb
