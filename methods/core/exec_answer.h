#pragma once
// Answers of a program that is a mixing method (docs/exec-protocol.md), checked. All of them throw
// ChildFailure saying what is wrong, or nlohmann::json::exception for a value of another type.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"

namespace rnb {

// An object without other keys.
void expect_only(const nlohmann::json& object, const std::vector<std::string>& keys);
// A request for a service, as far as it can be told before it is served: `layers` of a gradient probe.
void check_request(const nlohmann::json& request);
Needs needs_from_answer(const nlohmann::json& answer);  // of the call `init`
// Of any call: weights [m] on the simplex, 0 where there is nothing to draw; `init` must give them. Loss
// weights only where `needs` asked to weigh.
Decision decision_from_answer(const nlohmann::json& answer, const std::string& call, const Domains& domains,
                              const Needs& needs);

}  // namespace rnb
