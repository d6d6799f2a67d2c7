#pragma once
// Answers of a program that is a mixing method (docs/exec-protocol.md), checked. What is wrong with one is a
// ChildFailure in words.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"

namespace rnb {

void expect_only(const nlohmann::json& object, const std::vector<std::string>& keys);
// A request for a service, as far as it can be told before it is served: `layers` of a gradient probe.
void check_request(const nlohmann::json& request);
Needs needs_from_answer(const nlohmann::json& answer);  // of the call `init`
Decision decision_from_answer(const nlohmann::json& answer, const std::string& call, const Domains& domains,
                              const Needs& needs);

}  // namespace rnb
