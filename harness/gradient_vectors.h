#pragma once
// Gradients of whole batches as flat vectors over all of a model's parameters, for methods that compare them.

#include <vector>

#include "harness/batch.h"
#include "harness/ledger.h"
#include "models/language_model.h"

namespace rnb {

class GradientVectors {
 public:
  explicit GradientVectors(LanguageModel& model);
  struct Result {
    torch::Tensor gradient;  // float32 [number of parameters]; undefined where the batch has no counted token
    double loss = 0;         // mean over the batch's counted tokens, nats; NaN where there is none
  };
  // Of the batch's mean loss. Does not touch the parameters' own gradients.
  Result of(const Batch& batch);
  // [n x n] row-major; rows and columns of undefined vectors are 0. Two FLOPs an element, added to the ledger.
  static std::vector<double> dot_products(const std::vector<torch::Tensor>& vectors, Ledger& ledger);
  void set(const torch::Tensor& gradient);  // into the parameters' own gradients

 private:
  LanguageModel& model_;
  std::vector<torch::Tensor> parameters_;
};

double dot_product(const torch::Tensor& a, const torch::Tensor& b, Ledger& ledger);

}  // namespace rnb
