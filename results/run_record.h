#pragma once
// What run.h5 needs of a log, gathered line by line into columns, so that no long log is held as JSON.
// Members are named as the fields of docs/results-format.md.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

using Column = std::vector<double>;  // NaN: null, or missing where that is allowed

struct StepColumns {
  Column step, loss, lr, grad_norm, tokens, flops, seconds;
  Column counts, epochs;  // steps x domains
};

struct MixtureColumns {
  Column first_used;
  Column p;  // mixtures x domains
};

struct SignalColumns {
  Column step;
  std::vector<std::string> call, data, record;  // data, record: JSON texts
};

struct LossTables {
  Column loss, tokens;  // evaluations x domains
};

struct EvaluationColumns {
  Column step, loss, domain_mean_loss, accuracy, weighted_loss;
  bool weighted = false;                      // the data set has evaluation weights
  std::map<std::string, LossTables> domains;  // "original", "active"
};

struct WarningColumns {
  Column step;
  std::vector<std::string> code, text;
};

struct RunRecord {
  nlohmann::json start;                                                // the event
  std::optional<nlohmann::json> end, ledger, scores, final_eval, cut;  // the last of each
  std::vector<std::string> resumed_at;                                 // steps
  StepColumns steps;
  MixtureColumns mixtures;
  SignalColumns signals;
  std::map<std::string, EvaluationColumns> evaluations;  // "valid", "test"
  WarningColumns warnings;

  std::vector<std::string> domains(const char* grouping) const;  // names; grouping: original or active
};

// Error naming the line that is no JSON object or whose event lacks a field, and when the first one is not a
// start event.
RunRecord read_run_record(const std::filesystem::path& events);

}  // namespace rnb
