#pragma once
// A mixer whose weights are set once, from the domains.

#include <functional>
#include <memory>
#include <utility>

#include "methods/core/mixer.h"

namespace rnb {

class FixedMixer : public Mixer {
 public:
  using Rule = std::function<Weights(const Domains&)>;
  explicit FixedMixer(Rule rule, Needs needs = {}) : rule_(std::move(rule)), needs_(std::move(needs)) {}
  Needs needs() const override { return needs_; }
  Decision init(const Domains& domains, Services&) override {
    Decision decision;
    decision.sampling = rule_(domains);
    return decision;
  }

 private:
  Rule rule_;
  Needs needs_;
};

inline std::vector<double> as_doubles(const std::vector<int64_t>& counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace rnb
