#pragma once
// Vectors given to a mixer as the answers of its run.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"

namespace rnb {

// Gives prepared answers, in their order.
class Answers : public Services {
 public:
  explicit Answers(std::vector<nlohmann::json> prepared = {}) : answers(std::move(prepared)) {}
  std::vector<nlohmann::json> answers;
  nlohmann::json request(const nlohmann::json& call) override {
    calls.push_back(call);
    return answers.at(calls.size() - 1);
  }
  std::vector<nlohmann::json> calls;
};

// A round with steps left to use what it finds.
RoundView round_to_go_on();

double dot(const std::vector<double>& a, const std::vector<double>& b);
// The Gram matrix of these gradients; every loss is 1.
GradientProbe probe_of(const std::vector<std::vector<double>>& sources,
                       const std::vector<std::vector<double>>& targets);
// Ten tokens in every domain.
nlohmann::json losses_json(const std::vector<double>& loss);

void expect_matrix(const std::vector<std::vector<double>>& found, const nlohmann::json& expected,
                   double tolerance, const std::string& what);

}  // namespace rnb
