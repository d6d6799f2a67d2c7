#include "tests/methods/scenario.h"

#include <limits>
#include <string>

#include "methods/math/simplex.h"

namespace rnb {
namespace {

template <typename T>
std::vector<T> reordered(const std::vector<T>& v, const std::vector<size_t>& order) {
  std::vector<T> out;
  for (const size_t k : order) out.push_back(v[k]);
  return out;
}

}  // namespace

std::mt19937 stream(int identity, int64_t step) {
  std::seed_seq seed{identity, static_cast<int>(step)};
  return std::mt19937(seed);
}

double spoilt(double value, Signal signal) {
  if (signal == Signal::NotANumber) return std::numeric_limits<double>::quiet_NaN();
  if (signal == Signal::Infinite) return std::numeric_limits<double>::infinity();
  return signal == Signal::Zero ? 0.0 : value;
}

Domains domains_of(const std::vector<int64_t>& train, const std::vector<int64_t>& valid, int64_t steps) {
  Domains d;
  for (size_t i = 0; i < train.size(); ++i) d.names.push_back("d" + std::to_string(i));
  d.train_examples = d.train_tokens = train;
  d.valid_examples = valid;
  d.evaluation = uniform_weights(train.size());
  d.total_steps = steps;
  return d;
}

Domains equal_domains(size_t m, int64_t steps) {
  const std::vector<int64_t> hundred(m, 100);
  return domains_of(hundred, hundred, steps);
}

Scenario ordinary_scenario(size_t m) {
  Scenario s;
  int64_t valid = 0;
  for (size_t i = 0; i < m; ++i) {
    const auto k = static_cast<int64_t>(i);
    s.domains.names.push_back("domain" + std::to_string(i));
    s.domains.train_examples.push_back(100 + 70 * k * k);
    s.domains.train_tokens.push_back(300 + 2900 * k);
    s.domains.valid_examples.push_back(5 + 3 * k);
    valid += 5 + 3 * k;
    s.identity.push_back(static_cast<int>(i));
  }
  for (const int64_t n : s.domains.valid_examples)
    s.domains.evaluation.push_back(static_cast<double>(n) / static_cast<double>(valid));
  s.domains.total_steps = 60;
  s.drawn_until.assign(m, s.domains.total_steps);
  s.signal = [](int64_t) { return Signal::Normal; };
  return s;
}

Scenario permuted(const Scenario& s, const std::vector<size_t>& order) {
  Scenario out = s;
  out.domains.names = reordered(s.domains.names, order);
  out.domains.train_examples = reordered(s.domains.train_examples, order);
  out.domains.train_tokens = reordered(s.domains.train_tokens, order);
  out.domains.valid_examples = reordered(s.domains.valid_examples, order);
  out.domains.evaluation = reordered(s.domains.evaluation, order);
  out.identity = reordered(s.identity, order);
  out.drawn_until = reordered(s.drawn_until, order);
  return out;
}

}  // namespace rnb
