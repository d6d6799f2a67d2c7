#pragma once
// One fully resolved run. Every field has one key, used in INI files, on the command line (--key) and in the
// canonical text that the run id is made from. Priority: default < file < command line.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rnb {

enum class Schedule { Cosine, Linear, Constant };
enum class LossMean {
  Tokens,
  Examples
};  // of a step: over counted tokens, or over examples of their token means
enum class SamplerMode { Iid, LargestRemainder, QuotaRound, QuotaBatch, Microbatch };
enum class Precision { Fp32, Bf16 };

struct Experiment {
  // what
  std::string store;  // key "store": folder of the prepared store
  std::string grouping =
      "original";  // "original", "regroup:k=10", "regroup:k=10..40:10", "random:k=10", or a folder's name
  std::string method = "natural";
  std::map<std::string, std::string> method_options;  // key "method-option", repeated name=value
  std::string model = "nano";                         // named size or Hugging Face folder
  int64_t context = 0;                                // 0: the model's
  uint64_t seed = 1;
  // training
  int64_t steps = 500, batch = 16, accumulation = 1;
  std::string budget;  // "flops=X" (config/budget.h): all that the method spends; decides the steps
  double lr = 1e-3, min_lr = 0, weight_decay = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, clip = 1.0;
  Schedule schedule = Schedule::Cosine;
  double warmup = 0.05;  // fraction of steps
  LossMean loss = LossMean::Tokens;
  SamplerMode sampler = SamplerMode::Iid;
  bool pack = false;  // concatenate within a domain up to the context
  std::string track =
      "last";  // last | last:N | pattern:REGEX : layers whose per-domain gradients are tracked
  bool checkpoint_activations = false;  // blocks are computed again in the backward pass
  // evaluation and keeping
  int64_t eval_every = 100, mixing_eval_examples = 256, eval_batch = 32, log_every = 10;
  int64_t checkpoint_every = 0, keep_checkpoints = 1;  // 0: only when stopped by a signal
  std::string zero_shot;    // folder of labelled images (datasets/readers/labelled_images.h) that a CLIP
                            // classifies at the end
  bool save_model = false;  // final weights as a Hugging Face folder <run>/model
  // where
  std::string device = "cpu";             // cpu | cuda | cuda:n
  int threads = 0;                        // 0: all cores
  Precision precision = Precision::Fp32;  // bf16 on cuda only
  bool tf32 = false;                      // cuda only: float32 products with 10 bits of mantissa
  bool deterministic = false;             // kernels that repeat bit for bit, or an error

  // Where each key's value came from: "default", "file x.ini:12", "command line"; for the printed table only.
  std::map<std::string, std::string> origin;
};

struct ExperimentKey {
  std::string name, help;
  bool in_run_id;  // false for what cannot change results (log and checkpoint periods, save-model)
};
const std::vector<ExperimentKey>& experiment_keys();

// Sets one key from text; UsageError naming the key (with a suggestion), what was found and what was
// expected.
void set_key(Experiment& e, const std::string& key, const std::string& value, const std::string& origin);
std::string get_key(const Experiment& e, const std::string& key);

// Cross-field checks (positive sizes, known schedule, method and its options, ...); UsageError.
void check_experiment(const Experiment& e);

// Sorted "key=value" lines of the in_run_id keys; the store's path is left out (its digest stands for it).
std::string canonical_text(const Experiment& e);
// SHA-256 of canonical text + store digest + grouping digest, the first 16 hexadecimal digits.
std::string run_id(const Experiment& e, const std::string& store_digest, const std::string& grouping_digest);
// The command line that makes this run again: "rnb run --store ... --seed 1".
std::string reproducer_line(const Experiment& e);

}  // namespace rnb
