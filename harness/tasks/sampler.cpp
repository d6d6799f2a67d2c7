#include "harness/tasks/sampler.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "methods/math/quota.h"

namespace rnb {

Sampler::Sampler(SamplerMode mode, std::vector<std::vector<int64_t>> pools, uint64_t seed,
                 int64_t round_steps)
    : mode_(mode),
      pools_(std::move(pools)),
      seed_(seed),
      round_steps_(std::max<int64_t>(round_steps, 1)),
      cursor_(pools_.size()),
      residual_(pools_.size()),
      order_(pools_.size()),
      order_epoch_(pools_.size(), -1) {
  if (std::all_of(pools_.begin(), pools_.end(), [](const auto& pool) { return pool.empty(); }))
    fail("sampler", "there is no training example in any domain; check the store's splits with rnb prepare");
}

Draw Sampler::next_of(int32_t domain) {
  const auto d = static_cast<size_t>(domain);
  const auto size = static_cast<int64_t>(pools_[d].size());
  const int64_t epoch = cursor_[d] / size;
  if (order_epoch_[d] != epoch) {
    order_[d] = permutation(size, Rng(seed_, "order", static_cast<uint64_t>(epoch), d));
    order_epoch_[d] = epoch;
  }
  const int64_t place = order_[d][static_cast<size_t>(cursor_[d]++ % size)];
  return {pools_[d][static_cast<size_t>(place)], domain};
}

namespace {

std::vector<int32_t> repeat_by(const std::vector<int64_t>& counts) {
  std::vector<int32_t> out;
  for (size_t i = 0; i < counts.size(); ++i)
    for (int64_t c = 0; c < counts[i]; ++c) out.push_back(static_cast<int32_t>(i));
  return out;
}

}  // namespace

// A function of seed, round and the round's weights, so that it need not be kept in a checkpoint.
void Sampler::plan_round(int64_t round, int64_t places) {
  if (plan_round_ == round && static_cast<int64_t>(plan_.size()) == places) return;
  plan_ = repeat_by(floor_rest_to_last(round_p_, places));
  Rng(seed_, "quota_round", static_cast<uint64_t>(round)).shuffle(std::span(plan_));
  plan_round_ = round;
}

std::vector<int32_t> Sampler::domains_of_batch(int64_t step, int64_t n, int64_t microbatches,
                                               std::span<const double> p) {
  std::vector<int32_t> out;
  Rng rng(seed_, "domain", static_cast<uint64_t>(step));
  switch (mode_) {
    case SamplerMode::Iid:
      for (int64_t i = 0; i < n; ++i) out.push_back(static_cast<int32_t>(rng.categorical(p)));
      return out;
    case SamplerMode::Microbatch:
      for (int64_t b = 0; b < microbatches; ++b)
        out.insert(out.end(), static_cast<size_t>(n / microbatches),
                   static_cast<int32_t>(rng.categorical(p)));
      return out;
    case SamplerMode::LargestRemainder:
      out = repeat_by(largest_remainder(p, n, residual_));
      break;
    case SamplerMode::QuotaBatch: {
      const auto counts = aioli_per_batch(p, n);
      if (std::any_of(counts.begin(), counts.end(), [](int64_t c) { return c < 0; }))
        fail("sampler",
             "quota_batch gives every domain at least one of the batch's {} places, and there are {} "
             "domains; use a larger --batch or --sampler largest_remainder",
             n, p.size());
      out = repeat_by(counts);
      break;
    }
    case SamplerMode::QuotaRound: {
      const int64_t round = (step - 1) / round_steps_, place = (step - 1) % round_steps_;
      if (place == 0 || round_p_.empty()) {
        round_p_.assign(p.begin(), p.end());
        plan_round_ = -1;
      }
      plan_round(round, n * round_steps_);
      return {plan_.begin() + place * n, plan_.begin() + (place + 1) * n};
    }
  }
  rng.shuffle(std::span(out));
  return out;
}

std::vector<Draw> Sampler::draw(int64_t step, int64_t n, int64_t microbatches, std::span<const double> p) {
  RNB_ASSERT(p.size() == pools_.size() && n % microbatches == 0);
  std::vector<double> usable(p.begin(), p.end());
  double total = 0;
  for (size_t i = 0; i < usable.size(); ++i) total += pools_[i].empty() ? (usable[i] = 0) : usable[i];
  if (total <= 0) fail("sampler", "step {}: all weight is on domains without training examples", step);
  if (total != 1.0 && std::abs(total - 1.0) > 1e-9)
    for (double& w : usable) w /= total;

  auto domains = domains_of_batch(step, n, microbatches, usable);
  const int64_t part = n / microbatches;
  std::vector<Draw> batch;
  for (int64_t b = 0; b < microbatches; ++b) {
    std::sort(domains.begin() + b * part, domains.begin() + (b + 1) * part);
    for (int64_t i = b * part; i < (b + 1) * part; ++i) {
      // floor_rest_to_last may name an empty domain as the last one.
      const int32_t d = domains[static_cast<size_t>(i)];
      if (pools_[static_cast<size_t>(d)].empty())
        fail("sampler", "step {}: domain {} has no training example", step, d);
      batch.push_back(next_of(d));
    }
  }
  return batch;
}

std::vector<double> Sampler::epochs() const {
  std::vector<double> out;
  for (size_t i = 0; i < pools_.size(); ++i)
    out.push_back(
        pools_[i].empty() ? 0.0 : static_cast<double>(cursor_[i]) / static_cast<double>(pools_[i].size()));
  return out;
}

nlohmann::json Sampler::save() const {
  return {{"cursor", cursor_}, {"residual", residual_}, {"round_p", round_p_}};
}

void Sampler::load(const nlohmann::json& saved) {
  saved.at("cursor").get_to(cursor_);
  saved.at("residual").get_to(residual_);
  saved.at("round_p").get_to(round_p_);
  plan_round_ = -1;
  RNB_ASSERT(cursor_.size() == pools_.size() && residual_.size() == pools_.size());
}

}  // namespace rnb
