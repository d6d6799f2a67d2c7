#pragma once
// Losses on a fixed set of examples, which never depends on the training mixture.

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "datasets/store/grouping.h"
#include "methods/core/services.h"
#include "models/language_model.h"

namespace rnb {

struct ExampleLosses {
  std::vector<double> loss;      // [n] sum over the example's counted tokens, nats
  std::vector<int64_t> tokens;   // [n]
  std::vector<int64_t> correct;  // [n] tokens whose arg max is the target
  int64_t cut = 0;               // examples longer than the context
};

// Batches are bucketed by length; results come back in the order of `examples`.
ExampleLosses evaluate(LanguageModel& model, const Store& store, std::span<const int64_t> examples,
                       int64_t context, int64_t batch, torch::Device device);

DomainLosses by_domain(const ExampleLosses& losses, std::span<const int64_t> examples,
                       std::span<const int32_t> domain, size_t m);

nlohmann::json eval_event(const ExampleLosses& losses, std::span<const int64_t> examples, const Store& store,
                          const Grouping& active, std::string_view split, int64_t step);

}  // namespace rnb
