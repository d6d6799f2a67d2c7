#pragma once
// CLIP's symmetric loss over a batch of pairs: each text must find its image among all, each image its text.
// Pair r's loss is the mean of the two cross-entropies.
//
// A pair's loss depends on the features of every pair, which are its negatives. So the gradient of a domain's
// loss terms is not a sum over the domain's rows; it is worked out from the two softmaxes, whose errors for a
// domain lie in its rows and its columns alone: twice the products of the whole loss, for any number of
// domains.

#include <vector>

#include "models/fused_head.h"

namespace rnb {

struct ContrastiveInput {
  torch::Tensor image, text;                        // features [N, vision width], [N, text width], float32
  torch::Tensor image_projection, text_projection;  // [E, vision width], [E, text width]
  torch::Tensor logit_scale;                        // scalar, ln
};

// row_weight float32 [N]; `domains` covers 0..N in order. A tracker that wants "visual_projection" or
// "text_projection" is shown the exact weight gradient of each domain's terms. row_correct: the image finds
// its text.
HeadOutput contrastive_head(const ContrastiveInput& in, const torch::Tensor& row_weight,
                            const std::vector<HeadDomain>& domains, LinearTracker* tracker);

}  // namespace rnb
