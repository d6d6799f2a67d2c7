#pragma once
// Answers a mixer's requests from made-up functions of the domains' identities, the mixture and the step: no
// state, so that a mixer that asks again is answered alike.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/services.h"
#include "tests/methods/scenario.h"

namespace rnb {

constexpr int kGradientWidth = 6;

class MadeUpServices : public Services {
 public:
  explicit MadeUpServices(const Scenario& s) : s_(s) {}
  int64_t step = 0;
  int64_t requests = 0;
  nlohmann::json request(const nlohmann::json& call) override;

 private:
  size_t m() const { return s_.domains.size(); }
  // How much training on j helps i, in (0, 1); most where i = j.
  double helps(size_t i, size_t j) const;
  DomainLosses losses(const Weights& p, double steps, Signal signal) const;
  std::vector<double> direction(size_t i, int64_t shift, Signal signal) const;
  std::vector<double> gradient(const Weights& mixture, const std::vector<int64_t>& available, int64_t shift,
                               Signal signal) const;
  GradientProbe gradients(const nlohmann::json& call, Signal signal) const;
  // `run` carries the mixture that a proxy was trained on.
  nlohmann::json proxy(const nlohmann::json& call, Signal signal) const;
  nlohmann::json embeddings(Signal signal) const;
  nlohmann::json log_probs(const std::string& run, Signal signal) const;

  const Scenario& s_;
};

}  // namespace rnb
