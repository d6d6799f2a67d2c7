#pragma once
// Signals as JSON, exactly (doubles round-trip, NaN is null), and a method run over recorded ones without a
// model.

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "methods/core/mixer.h"

namespace rnb {

nlohmann::json signal_to_json(const Domains& domains);
nlohmann::json signal_to_json(const BatchView& view);
nlohmann::json signal_to_json(const StepView& view);
nlohmann::json signal_to_json(const EvalView& view);
nlohmann::json signal_to_json(const RoundView& view);

// Makes the recorded call {"call", "step", "data"} on a mixer. `m`: its number of domains; before `init` 0,
// which sets it. Error where the record lacks what the method needs, nlohmann::json::exception where it is
// damaged.
Decision make_call(Mixer& mixer, const nlohmann::json& signal, Services& services, size_t& m);

// Feeds "signal" events of a run (call, step, data) to a fresh mixer, in order; returns the decision of each
// call of the mixer. Events whose call is "service" (data: request, answer) come before the mixer's call that
// made them. Error for damaged signals, and where the method asks for other services than were recorded.
std::vector<Decision> replay(const std::string& method, const std::map<std::string, std::string>& options,
                             const std::vector<nlohmann::json>& signals);

}  // namespace rnb
