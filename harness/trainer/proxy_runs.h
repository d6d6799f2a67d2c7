#pragma once
// The services of methods that learn from whole runs of their own. A proxy is a run like any other, in
// <out>/proxies: found made by its run id, gone on with where it was cut, and billed at what it once cost.

#include <cstdint>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "harness/trainer/run.h"

namespace rnb {

// The request and answer of the service train_proxy (methods/core/services.cpp). Throws Interrupted, with
// this run saved, where a stop signal cut the proxy.
nlohmann::json serve_proxy(Run& run, const nlohmann::json& call);

// The model of a finished proxy. Error where there is none.
std::unique_ptr<Task> proxy_task(const Run& run, const std::string& proxy);

// {"width", "mean" [m x width]}: mean hidden state (middle layer) of up to `examples` training examples of
// each domain; NaN for a domain without one.
nlohmann::json serve_embeddings(Run& run, const std::string& proxy, int64_t examples);

// {"log_prob" [n], "tokens" [n], "weight" [n]} over the run's fixed subset of the validation split.
nlohmann::json serve_log_probs(Run& run, const std::string& proxy);

}  // namespace rnb
