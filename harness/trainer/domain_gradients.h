#pragma once
// Per-domain gradient sums of the tracked linear layers over one round, and their Gram matrix at its end
// (R&B, Algorithm 1, lines 4-13). Exact accumulators: memory m x (size of the tracked layers).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "harness/bill/ledger.h"
#include "methods/core/mixer.h"
#include "models/linear_tracker.h"
#include "models/safetensors.h"

namespace rnb {

class DomainGradients : public LinearTracker {
 public:
  // `layers`: names of the tracked linear layers.
  // `accumulation`: micro-batches per step. `step_norms`: also the sums of squared norms of each step's own
  // gradients (Needs::step_norms); without, GradientGram::squared_norms is empty.
  DomainGradients(std::vector<std::string> layers, size_t domains, int64_t accumulation, bool step_norms,
                  Ledger& ledger);

  // One micro-batch: which batch rows belong to which domain (rows sorted by domain; end is one past the
  // last), the domains' counts |B_i| (tokens or examples), and the factor that undoes the loss's mean (the
  // step's whole count), so that the sums are over tokens or examples.
  struct RowDomain {
    int64_t domain = 0, end = 0;
    double count = 0;
  };
  void begin_microbatch(std::vector<RowDomain> rows, double scale);
  void end_step();  // closes the step: squared norms of the step's own gradients

  bool wants(const std::string& layer) const override;
  void body_layer(const std::string& layer, const torch::Tensor& input,
                  const torch::Tensor& outgrad) override;
  void head_block(int64_t domain, int64_t first, int64_t vocabulary, const torch::Tensor& block) override;
  void head_squared_norm(int64_t domain, const std::function<double()>& squared_norm) override;
  void domain_gradient(const std::string& layer, int64_t domain,
                       const std::function<torch::Tensor()>& gradient) override;

  GradientGram gram() const;
  void reset();  // a new round
  TensorMap save() const;
  void load(const TensorMap& saved, torch::Device device);
  double bytes() const;

 private:
  // Adds scale_ * piece to rows first .. of the domain's sum, a [rows, columns] matrix; over several
  // micro-batches also to the step's own gradient, whose norm is taken at the step's end.
  void add(const std::string& layer, int64_t domain, int64_t first, int64_t rows, const torch::Tensor& piece);
  // Of an unscaled gradient that is the step's whole one: over several micro-batches end_step() does it.
  bool norm_is_due() const { return step_norms_ && accumulation_ == 1; }
  void add_squared_norm(int64_t domain, double squared_norm);
  std::vector<std::string> layers_;
  size_t m_;
  int64_t accumulation_;
  bool step_norms_;
  Ledger& ledger_;
  std::map<std::string, std::vector<torch::Tensor>> sums_;  // layer -> per domain, undefined until first seen
  std::map<std::string, std::map<int64_t, torch::Tensor>>
      step_;  // pieces of an unfinished step (accumulation > 1)
  std::vector<RowDomain> rows_;
  std::vector<double> count_, squared_norms_, squared_counts_, step_counts_;
  double scale_ = 1;
};

}  // namespace rnb
