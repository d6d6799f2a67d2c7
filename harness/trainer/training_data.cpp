#include "harness/trainer/training_data.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/error.h"
#include "base/random.h"

namespace rnb {
namespace {

std::vector<std::vector<int64_t>> pools_of(const std::vector<int64_t>& examples, const Grouping& grouping) {
  std::vector<std::vector<int64_t>> pools(grouping.domain_names.size());
  for (const int64_t i : examples)
    pools[static_cast<size_t>(grouping.domain[static_cast<size_t>(i)])].push_back(i);
  return pools;
}

// Of an example of each original domain: examples count alike, unless the source weighs its own domains; an
// example then carries its share of the domain's weight.
std::vector<double> example_weights(const Store& store, const std::vector<int64_t>& valid) {
  std::vector<double> weight(store.domain_names().size(), 1.0);
  if (store.evaluation_weights().empty()) return weight;
  std::vector<double> count(weight.size());
  for (const int64_t i : valid) ++count[static_cast<size_t>(store.domain()[static_cast<size_t>(i)])];
  for (size_t d = 0; d < weight.size(); ++d)
    weight[d] = count[d] > 0 ? store.evaluation_weights()[d] / count[d] : 0;
  return weight;
}

double weight_of(int64_t example, const std::vector<double>& weight, const Store& store) {
  return weight[static_cast<size_t>(store.domain()[static_cast<size_t>(example)])];
}

Weights evaluation_shares(const std::vector<int64_t>& valid, const std::vector<double>& weight,
                          const Store& store, const Grouping& grouping) {
  Weights shares(grouping.domain_names.size(), 0.0);
  for (const int64_t i : valid)
    shares[static_cast<size_t>(grouping.domain[static_cast<size_t>(i)])] += weight_of(i, weight, store);
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (total <= 0)
    fail("data", "{}: the validation split is empty; prepare more examples", store.folder().string());
  for (double& p : shares) p /= total;
  return shares;
}

}  // namespace

TrainingData training_data(const Experiment& e, const Store& store, const Grouping& grouping) {
  TrainingData out;
  out.valid = store.examples(Split::Valid);
  out.test = store.examples(Split::Test);
  out.pools = pools_of(store.examples(Split::Train), grouping);
  out.valid_pools = pools_of(out.valid, grouping);
  const std::vector<double> weight = example_weights(store, out.valid);

  const auto train = count_domains(store, grouping, Split::Train);
  out.domains = {.names = grouping.domain_names,
                 .train_examples = train.examples,
                 .train_tokens = train.tokens,
                 .valid_examples = count_domains(store, grouping, Split::Valid).examples,
                 .evaluation = evaluation_shares(out.valid, weight, store, grouping),
                 .total_steps = e.steps,
                 .batch = e.batch,
                 .seed = e.seed};

  out.mixing_valid = out.valid;
  Rng(e.seed, "mixing_eval").shuffle(std::span(out.mixing_valid));
  if (static_cast<int64_t>(out.mixing_valid.size()) > e.mixing_eval_examples)
    out.mixing_valid.resize(static_cast<size_t>(e.mixing_eval_examples));
  std::sort(out.mixing_valid.begin(), out.mixing_valid.end());
  double shares = 0;
  for (const int64_t i : out.mixing_valid)
    shares += out.mixing_weight.emplace_back(weight_of(i, weight, store));
  for (double& w : out.mixing_weight) w = shares > 0 ? w / shares : 0;
  return out;
}

}  // namespace rnb
