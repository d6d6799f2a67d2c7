#pragma once
// Which examples make a batch. The domain of each place in the batch follows the sampling weights; within a
// domain the examples come in a shuffled order without replacement, epoch by epoch. All randomness is keyed
// by (seed, step) or (seed, domain, epoch): two methods with equal weights draw equal batches.

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/config/experiment.h"

namespace rnb {

struct Draw {
  int64_t example = 0;  // index in the store
  int32_t domain = 0;   // in the active grouping
};

class Sampler {
 public:
  // pools[i]: the training examples of domain i, ascending. `round_steps`: length of a round for QuotaRound.
  Sampler(SamplerMode mode, std::vector<std::vector<int64_t>> pools, uint64_t seed, int64_t round_steps);

  // The batch of 1-based `step`: n draws by weights p (domains without examples get none; their share goes to
  // the others), sorted by domain within each of the `microbatches` equal parts.
  std::vector<Draw> draw(int64_t step, int64_t n, int64_t microbatches, std::span<const double> p);
  Draw next_of(int32_t domain);  // one more example of a domain (packing)

  const std::vector<int64_t>& drawn() const { return cursor_; }  // [m] examples drawn so far
  std::vector<double> epochs() const;                            // [m] drawn / pool size
  nlohmann::json save() const;
  void load(const nlohmann::json& saved);

 private:
  void plan_round(int64_t round, int64_t places);
  std::vector<int32_t> domains_of_batch(int64_t step, int64_t n, int64_t microbatches,
                                        std::span<const double> p);
  SamplerMode mode_;
  std::vector<std::vector<int64_t>> pools_;
  uint64_t seed_;
  int64_t round_steps_;
  std::vector<int64_t> cursor_;
  std::vector<double> residual_;             // LargestRemainder: what each domain is still owed
  std::vector<std::vector<int64_t>> order_;  // cached permutation of the epoch in order_epoch_
  std::vector<int64_t> order_epoch_;
  std::vector<double> round_p_;  // QuotaRound: the weights at the round's start
  std::vector<int32_t> plan_;    // QuotaRound: the domain of each place of round plan_round_; derived
  int64_t plan_round_ = -1;
};

}  // namespace rnb
