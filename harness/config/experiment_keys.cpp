#include "harness/config/experiment_keys.h"

#include <algorithm>

namespace rnb {

const std::vector<KeyField>& key_fields() {
  constexpr double kMany = 1e12, kSeeds = 9007199254740992.0;  // 2^53: exact in a double and in JSON
  using E = Experiment;
  static const std::vector<KeyField> fields{
      {"store", &E::store, 0, 0, {}, false, "folder of the prepared store (rnb prepare)"},
      {"grouping",
       &E::grouping,
       0,
       0,
       {},
       true,
       "original, regroup:k=10, regroup:k=10..40:10[,by=loss], random:k=10, or a grouping's name"},
      {"method", &E::method, 0, 0, {}, true, "mixing method; rnb list methods"},
      {"model", &E::model, 0, 0, {}, true, "a size (rnb list models) or a Hugging Face folder"},
      {"context", &E::context, 0, kMany, {}, true, "longest input in tokens; 0: the model's"},
      {"seed", &E::seed, 0, kSeeds, {}, true, "of weights, sampling and method"},
      {"steps", &E::steps, 1, kMany, {}, true, "optimiser steps"},
      {"budget",
       &E::budget,
       0,
       0,
       {},
       true,
       "flops=X, all that the method may spend: sets the main run's steps (in the place of --steps)"},
      {"batch", &E::batch, 1, kMany, {}, true, "examples a step, all parts together"},
      {"accumulation", &E::accumulation, 1, kMany, {}, true, "equal parts that a batch is computed in"},
      {"lr", &E::lr, 0, 1e6, {}, true, "peak learning rate"},
      {"min-lr", &E::min_lr, 0, 1e6, {}, true, "learning rate at the end"},
      {"weight-decay", &E::weight_decay, 0, 1e6, {}, true, "of AdamW; not on biases and norms"},
      {"beta1", &E::beta1, 0, 1, {}, true, "of AdamW"},
      {"beta2", &E::beta2, 0, 1, {}, true, "of AdamW"},
      {"eps", &E::eps, 0, 1, {}, true, "of AdamW"},
      {"clip", &E::clip, 0, 1e12, {}, true, "largest gradient norm; 0: no clipping"},
      {"schedule", &E::schedule, 0, 0, {"cosine", "linear", "constant"}, true, "cosine, linear or constant"},
      {"warmup", &E::warmup, 0, 1, {}, true, "fraction of the steps"},
      {"loss", &E::loss, 0, 0, {"token_mean", "example_mean"}, true, "token_mean or example_mean"},
      {"sampler",
       &E::sampler,
       0,
       0,
       {"iid", "largest_remainder", "quota_round", "quota_batch", "microbatch"},
       true,
       "iid, largest_remainder, quota_round, quota_batch or microbatch"},
      {"pack", &E::pack, 0, 0, {"off", "on"}, true, "on: fill the context with examples of one domain"},
      {"track", &E::track, 0, 0, {}, true, "layers of the domain gradients: last, last:N or pattern:REGEX"},
      // The numbers are the same bit for bit; seconds and FLOPs are not, and both are in the bill.
      {"checkpoint-activations",
       &E::checkpoint_activations,
       0,
       0,
       {"off", "on"},
       false,
       "on: the backward pass computes each block again instead of keeping its inner values (less memory)"},
      {"eval-every", &E::eval_every, 0, kMany, {}, true, "steps between reports; 0: only at the end"},
      {"mixing-eval-examples",
       &E::mixing_eval_examples,
       1,
       kMany,
       {},
       true,
       "validation examples that a method's evaluation looks at"},
      {"eval-batch", &E::eval_batch, 1, kMany, {}, true, "examples a batch of an evaluation"},
      {"log-every", &E::log_every, 1, kMany, {}, false, "steps between log lines"},
      {"checkpoint-every",
       &E::checkpoint_every,
       0,
       kMany,
       {},
       false,
       "steps between checkpoints; 0: only when stopped by a signal"},
      {"keep-checkpoints", &E::keep_checkpoints, 1, kMany, {}, false, "how many of the newest stay"},
      {"zero-shot",
       &E::zero_shot,
       0,
       0,
       {},
       true,
       "folder of labelled images that a CLIP classifies at the end: classes.txt and a folder a class, or "
       "such tasks"},
      {"save-model",
       &E::save_model,
       0,
       0,
       {"off", "on"},
       false,
       "on: write a Hugging Face folder <run>/model at the end; of a folder there, only an earlier save is "
       "replaced"},
      {"device", &E::device, 0, 0, {}, true, "cpu, cuda or cuda:N"},
      // Another number of threads moves sums by rounding only; a sweep divides the cores among its runs, and
      // its runs must keep their ids.
      {"threads", &E::threads, 0, 4096, {}, false, "0: all cores"},
      {"precision", &E::precision, 0, 0, {"fp32", "bf16"}, true, "fp32, or bf16 (cuda only)"},
      {"tf32", &E::tf32, 0, 0, {"off", "on"}, true, "on: float32 products in TF32 (cuda only)"},
      {"deterministic",
       &E::deterministic,
       0,
       0,
       {"off", "on"},
       false,
       "on: only kernels that repeat bit for bit on one machine; an error where there is none"},
  };
  return fields;
}

const KeyField* find_key_field(const std::string& name) {
  for (const KeyField& field : key_fields())
    if (field.name == name) return &field;
  return nullptr;
}

bool is_integer_key(const std::string& name) {
  const KeyField* field = find_key_field(name);
  return field && !std::holds_alternative<std::string Experiment::*>(field->member) &&
         !std::holds_alternative<double Experiment::*>(field->member);
}

std::vector<std::string> experiment_key_names() {
  std::vector<std::string> names{"method-option"};
  for (const KeyField& field : key_fields()) names.push_back(field.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string normal_key(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace rnb
