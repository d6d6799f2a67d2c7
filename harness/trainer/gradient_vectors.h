#pragma once
// Gradients of whole batches as flat vectors over all of a task's parameters, for methods that compare them.

#include <vector>

#include "harness/bill/ledger.h"
#include "harness/tasks/task.h"

namespace rnb {

class GradientVectors {
 public:
  explicit GradientVectors(Task& task);
  struct Result {
    torch::Tensor gradient;  // float32 [number of parameters]; undefined where the batch has no counted place
    double loss = 0;         // mean over the batch's counted places, nats; NaN where there is none
  };
  // Of the batch's mean loss. Does not touch the parameters' own gradients.
  Result of(const Batch& batch);
  // [n x n] row-major; rows and columns of undefined vectors are 0. Two FLOPs per element, added to the
  // ledger.
  static std::vector<double> dot_products(const std::vector<torch::Tensor>& vectors, Ledger& ledger);
  void set(const torch::Tensor& gradient);  // into the parameters' own gradients

 private:
  Task& task_;
  std::vector<torch::Tensor> parameters_;
};

double dot_product(const torch::Tensor& a, const torch::Tensor& b, Ledger& ledger);

}  // namespace rnb
