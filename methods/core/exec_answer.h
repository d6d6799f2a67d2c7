#pragma once
// Answers of a program that is a mixing method (docs/exec-protocol.md), checked. What is wrong with one is a
// ChildFailure in words.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"

namespace rnb {

void expect_only(const nlohmann::json& object, const std::vector<std::string>& keys);
Needs needs_from_answer(const nlohmann::json& answer);  // of the call `init`
Decision decision_from_answer(const nlohmann::json& answer, const std::string& call, const Domains& domains,
                              const Needs& needs);

}  // namespace rnb
