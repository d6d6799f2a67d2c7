#include "harness/config/experiment_keys.h"

#include <algorithm>

#include "harness/config/experiment_words.h"

namespace rnb {

namespace {

template <typename T>
std::vector<std::string> words_of_type(T Experiment::* /*member*/) {
  std::vector<std::string> words;
  if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T>)
    for (const auto& word : words_for(T{})) words.emplace_back(word.word);
  return words;
}

// "cosine, linear or constant"
template <typename T>
std::string one_of(T Experiment::* member) {
  const std::vector<std::string> words = words_of_type(member);
  std::string text = words.front();
  for (size_t i = 1; i < words.size(); ++i) text += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

constexpr double kMany = 1e12, kSeeds = 9007199254740992.0;  // 2^53: exact in a double and in JSON
using E = Experiment;

std::vector<KeyField> what_is_trained() {
  return {
      {.name = "store",
       .member = &E::store,
       .in_run_id = false,
       .help = "folder of the prepared store (rnb prepare)"},
      {.name = "grouping",
       .member = &E::grouping,
       .help = "original, regroup:k=10, regroup:k=10..40:10[,by=loss], random:k=10, or a grouping's name"},
      {.name = "method", .member = &E::method, .help = "mixing method; rnb list methods"},
      {.name = "model", .member = &E::model, .help = "a size (rnb list models) or a Hugging Face folder"},
      {.name = "context",
       .member = &E::context,
       .high = kMany,
       .help = "longest input in tokens; 0: the model's"},
      {.name = "seed", .member = &E::seed, .high = kSeeds, .help = "of weights, sampling and method"},
  };
}

std::vector<KeyField> how_it_is_trained() {
  return {
      {.name = "steps", .member = &E::steps, .low = 1, .high = kMany, .help = "optimiser steps"},
      {.name = "budget",
       .member = &E::budget,
       .help = "flops=X, all that the method may spend: sets the main run's steps (instead of --steps)"},
      {.name = "batch",
       .member = &E::batch,
       .low = 1,
       .high = kMany,
       .help = "examples per step, all parts together"},
      {.name = "accumulation",
       .member = &E::accumulation,
       .low = 1,
       .high = kMany,
       .help = "equal parts that a batch is computed in"},
      {.name = "lr", .member = &E::lr, .high = 1e6, .help = "peak learning rate"},
      {.name = "min-lr", .member = &E::min_lr, .high = 1e6, .help = "learning rate at the end"},
      {.name = "weight-decay",
       .member = &E::weight_decay,
       .high = 1e6,
       .help = "of AdamW; not on biases and norms"},
      {.name = "beta1", .member = &E::beta1, .high = 1, .help = "of AdamW"},
      {.name = "beta2", .member = &E::beta2, .high = 1, .help = "of AdamW"},
      {.name = "eps", .member = &E::eps, .high = 1, .help = "of AdamW"},
      {.name = "clip", .member = &E::clip, .high = 1e12, .help = "largest gradient norm; 0: no clipping"},
      {.name = "schedule", .member = &E::schedule, .help = one_of(&E::schedule)},
      {.name = "warmup", .member = &E::warmup, .high = 1, .help = "fraction of the steps"},
      {.name = "loss", .member = &E::loss, .help = one_of(&E::loss)},
      {.name = "sampler", .member = &E::sampler, .help = one_of(&E::sampler)},
      {.name = "pack", .member = &E::pack, .help = "on: fill the context with examples of one domain"},
      {.name = "track",
       .member = &E::track,
       .help = "layers of the domain gradients: last, last:N or pattern:REGEX"},
      // The numbers are the same bit for bit; seconds and FLOPs are not, and both are in the bill.
      {.name = "checkpoint-activations",
       .member = &E::checkpoint_activations,
       .in_run_id = false,
       .help = "on: the backward pass computes each block again instead of keeping its inner values (less "
               "memory)"},
  };
}

std::vector<KeyField> what_is_kept() {
  return {
      {.name = "eval-every",
       .member = &E::eval_every,
       .high = kMany,
       .help = "steps between reports; 0: only at the end"},
      {.name = "mixing-eval-examples",
       .member = &E::mixing_eval_examples,
       .low = 1,
       .high = kMany,
       .help = "validation examples that a method's evaluation looks at"},
      {.name = "eval-batch",
       .member = &E::eval_batch,
       .low = 1,
       .high = kMany,
       .help = "examples per batch of an evaluation"},
      {.name = "log-every",
       .member = &E::log_every,
       .low = 1,
       .high = kMany,
       .in_run_id = false,
       .help = "steps between log lines"},
      {.name = "checkpoint-every",
       .member = &E::checkpoint_every,
       .high = kMany,
       .in_run_id = false,
       .help = "steps between checkpoints; 0: only when stopped by a signal"},
      {.name = "keep-checkpoints",
       .member = &E::keep_checkpoints,
       .low = 1,
       .high = kMany,
       .in_run_id = false,
       .help = "how many of the newest stay"},
      {.name = "zero-shot",
       .member = &E::zero_shot,
       .help = "folder of labelled images that a CLIP classifies at the end: classes.txt and one folder per "
               "class, "
               "or several such tasks"},
      {.name = "save-model",
       .member = &E::save_model,
       .in_run_id = false,
       .help = "on: write a Hugging Face folder <run>/model at the end; of a folder there, only an earlier "
               "save is "
               "replaced"},
  };
}

std::vector<KeyField> where_it_runs() {
  return {
      {.name = "device", .member = &E::device, .help = "cpu, cuda or cuda:N"},
      // Another number of threads moves sums by rounding only; a sweep divides the cores among its runs, and
      // its runs must keep their ids.
      {.name = "threads", .member = &E::threads, .high = 4096, .in_run_id = false, .help = "0: all cores"},
      {.name = "precision", .member = &E::precision, .help = "fp32, or bf16 (cuda only)"},
      {.name = "tf32",
       .member = &E::tf32,
       .at_default = AtDefault::LeftOut,
       .help = "on: float32 products in TF32 (cuda only)"},
      {.name = "deterministic",
       .member = &E::deterministic,
       .in_run_id = false,
       .help = "on: only kernels that repeat bit for bit on one machine; an error where there is none"},
  };
}

}  // namespace

const std::vector<KeyField>& key_fields() {
  static const std::vector<KeyField> fields = [] {
    std::vector<KeyField> all;
    for (auto* part : {&what_is_trained, &how_it_is_trained, &what_is_kept, &where_it_runs})
      for (KeyField& field : part()) all.push_back(std::move(field));
    return all;
  }();
  return fields;
}

const KeyField* find_key_field(const std::string& name) {
  for (const KeyField& field : key_fields())
    if (field.name == name) return &field;
  return nullptr;
}

bool is_integer_key(const std::string& name) {
  const KeyField* field = find_key_field(name);
  return field && (std::holds_alternative<int64_t Experiment::*>(field->member) ||
                   std::holds_alternative<uint64_t Experiment::*>(field->member) ||
                   std::holds_alternative<int Experiment::*>(field->member));
}

std::vector<std::string> words_of(const KeyField& key) {
  return std::visit([](auto member) { return words_of_type(member); }, key.member);
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
