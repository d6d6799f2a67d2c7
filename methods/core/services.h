#pragma once
// What a method may ask of the run that it steers: evaluations, probes, proxy runs. Every request costs
// compute, which the harness charges to the method's ledger phase.
//
// A request and its answer are JSON objects (NaN is null). So one log serves four ends: a run that was killed
// within a call of its mixer makes the call again and is answered from the log up to the point of the cut;
// `replay` runs a method without a model; the `exec` method hands requests to another process; tests answer
// from made-up functions.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

using Weights = std::vector<double>;  // length m

struct DomainLosses {
  std::vector<double> loss;     // [m] mean over tokens, nats; NaN where the domain has no token
  std::vector<int64_t> tokens;  // [m]
};

enum class Keep { Yes, No };

// Dot products of mean gradients (of the loss per token), from fresh batches; the model is unchanged.
struct GradientProbeSpec {
  int64_t examples = 16;       // per batch
  std::string layers = "all";  // methods/core/layer_choice.h
  // Mixtures [m] that the training batches are drawn from; empty: one batch for each domain.
  std::vector<Weights> sources{};
  // Mixtures [m] of the validation split that the target batches are drawn from.
  std::vector<Weights> targets{};
  bool source_pairs = true;  // false: dot products between different sources are not needed (and are NaN), so
                             // that one source gradient at a time is held
};
struct GradientProbe {
  size_t sources = 0, targets = 0;
  std::vector<double> gram;  // [n x n] row-major, n = sources + targets, sources first; rows and columns of a
                             // source without training examples (a target without validation ones) are 0
  std::vector<double> loss;  // [n] mean loss of each batch; NaN where there was none
  double dot(size_t a, size_t b) const { return gram[a * (sources + targets) + b]; }
};

// A whole run of its own, with its own mixer, that the method learns from; cached by its own run id.
struct ProxySpec {
  std::string name{};  // what it is for, in the log: "reference", "mixture 17"
  std::string method = "stratified";
  std::map<std::string, std::string> options{};
  std::string model{};     // empty: the run's own
  int64_t steps = 0;       // 0: the run's own
  int64_t seed = 0;        // added to the run's seed
  bool reference = false;  // charged to phase `reference` instead of `proxy`
  bool losses = false;     // evaluate it on the run's fixed subset of the validation split
};
struct ProxyResult {
  std::string run;                   // its id: for the requests below and for Needs::reference
  DomainLosses losses;               // [m] at its end; empty unless ProxySpec::losses
  std::optional<Weights> finished;   // [m] Mixer::finish of its mixer
  double parameters = 0, flops = 0;  // of the model; of all of the proxy's training
};

struct DomainEmbeddings {
  size_t width = 0;
  std::vector<double> mean;  // [m x width] row-major; NaN rows where a domain has no training examples
};
struct SequenceLogProbs {
  std::vector<double> log_prob;  // [n] sum over the example's counted tokens, nats
  std::vector<int64_t> tokens;   // [n]
  std::vector<double> weight;    // [n] share of each example in the evaluation mixture; sums to 1
};

class Services {
 public:
  virtual ~Services() = default;
  // Per-domain losses of the model as it stands, on the run's fixed subset of the validation split.
  DomainLosses evaluate();
  // Trains `steps` optimiser steps drawing by p and evaluates. Keep::Yes: the steps are steps of the run
  // (same optimiser, same schedule, counted in its total; fewer are taken when the run ends first). Keep::No:
  // model, optimiser, schedule and data cursors are then put back as they were.
  DomainLosses train_probe(const Weights& p, int64_t steps, Keep keep);
  GradientProbe gradient_probe(const GradientProbeSpec& spec);
  ProxyResult train_proxy(const ProxySpec& spec);
  // Mean hidden state (middle layer) of up to `examples` training examples of each domain, by a proxy's
  // model.
  DomainEmbeddings domain_embeddings(const std::string& run, int64_t examples);
  // Of every example of the run's fixed validation subset, by a proxy's model.
  SequenceLogProbs log_probs(const std::string& run);

  // One request {"service": name, ...} and its answer; the calls above go through it. Error for one that is
  // not served, or not in the call of the mixer that makes it.
  virtual nlohmann::json request(const nlohmann::json& call);
};

nlohmann::json to_json(const DomainLosses& losses);
DomainLosses domain_losses_from(const nlohmann::json& json);
nlohmann::json to_json(const GradientProbe& probe);
GradientProbe gradient_probe_from(const nlohmann::json& json);  // Error where sizes disagree

}  // namespace rnb
