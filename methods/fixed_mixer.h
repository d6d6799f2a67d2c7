#pragma once
// A mixer whose weights are set once, from the domains.

#include <functional>
#include <memory>
#include <utility>

#include "methods/mixer.h"

namespace rnb {

class FixedMixer : public Mixer {
 public:
  using Rule = std::function<Weights(const Domains&)>;
  explicit FixedMixer(Rule rule) : rule_(std::move(rule)) {}
  Decision init(const Domains& domains, Services&) override {
    Decision decision;
    decision.sampling = rule_(domains);
    return decision;
  }

 private:
  Rule rule_;
};

inline std::vector<double> as_doubles(const std::vector<int64_t>& counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace rnb
