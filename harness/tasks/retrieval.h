#pragma once
// Retrieval between images and texts: is a pair's own partner among the k nearest?

#include <array>
#include <map>
#include <string>

#include <torch/torch.h>

namespace rnb {

constexpr std::array<int64_t, 3> kRecallAt{1, 5, 10};

// Share of rows of `queries` [n, d] whose row of `targets` [n, d] is among the k of largest inner product,
// for each of kRecallAt. Other targets that are as near count as nearer: equal vectors are no success.
std::array<double, 3> recall(const torch::Tensor& queries, const torch::Tensor& targets);

// "image_to_text_recall_1", ... of unit embeddings.
std::map<std::string, double> retrieval_scores(const torch::Tensor& images, const torch::Tensor& texts);

}  // namespace rnb
