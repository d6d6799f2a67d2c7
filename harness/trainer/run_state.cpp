#include "harness/trainer/run_state.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>

namespace rnb {
namespace {

constexpr std::string_view kModel = "model/", kOptimiser = "optimiser/";  // prefixes within a snapshot's file

// All members, in the order of their names in a checkpoint. The binding does not compile when one is missing.
constexpr std::array kCounterNames{"step", "tokens", "cut", "cut_total", "counts"};
auto members(auto& counters) {
  auto& [step, tokens, cut, cut_total, counts] = counters;
  return std::tie(step, tokens, cut, cut_total, counts);
}

constexpr std::array kCourseNames{"steps", "work", "rounds", "p", "loss_weights"};
auto course_members(auto& course) {
  auto& [steps, work, rounds, p, loss_weights] = course;
  return std::tie(steps, work, rounds, p, loss_weights);
}

template <typename T>
nlohmann::json value_to_json(const T& value) {
  return value;
}
nlohmann::json value_to_json(const std::optional<Weights>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

template <typename T>
void value_from_json(const nlohmann::json& json, T& value) {
  json.get_to(value);
}
void value_from_json(const nlohmann::json& json, std::optional<Weights>& value) {
  value = json.is_null() ? std::optional<Weights>() : json.get<Weights>();
}

// Counters and course lie side by side in a checkpoint's values, with the keys that save() adds.
constexpr std::array kOtherNames{"sampler", "call", "mixer", "probe", "ledger", "log_bytes"};
constexpr bool all_differ() {
  std::array<std::string_view, kCounterNames.size() + kCourseNames.size() + kOtherNames.size()> all;
  size_t n = 0;
  for (const char* name : kCounterNames) all[n++] = name;
  for (const char* name : kCourseNames) all[n++] = name;
  for (const char* name : kOtherNames) all[n++] = name;
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) == all.end();
}
static_assert(all_differ());

template <size_t N, typename... Members>
nlohmann::json named(const std::array<const char*, N>& names, std::tuple<Members&...> values) {
  static_assert(N == sizeof...(Members));
  nlohmann::json out;
  std::apply(
      [&, i = size_t{0}](const auto&... value) mutable { ((out[names[i++]] = value_to_json(value)), ...); },
      values);
  return out;
}

template <size_t N, typename... Members>
void read_named(const std::array<const char*, N>& names, std::tuple<Members&...> values,
                const nlohmann::json& saved) {
  static_assert(N == sizeof...(Members));
  std::apply(
      [&, i = size_t{0}](auto&... value) mutable { (value_from_json(saved.at(names[i++]), value), ...); },
      values);
}

TensorMap joined(const SavedLearner& saved) {
  TensorMap out;
  for (const auto& [name, tensor] : saved.model) out[std::string(kModel) + name] = tensor;
  for (const auto& [name, tensor] : saved.optimiser) out[std::string(kOptimiser) + name] = tensor;
  return out;
}

SavedLearner parted(const TensorMap& tensors, const nlohmann::json& values) {
  SavedLearner out;
  out.values = values;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(kModel)) out.model[name.substr(kModel.size())] = tensor;
    if (name.starts_with(kOptimiser)) out.optimiser[name.substr(kOptimiser.size())] = tensor;
  }
  return out;
}

}  // namespace

nlohmann::json to_json(const Counters& counters) {
  return named(kCounterNames, members(counters));
}
void load(Counters& counters, const nlohmann::json& saved) {
  read_named(kCounterNames, members(counters), saved);
}
nlohmann::json to_json(const Course& course) {
  return named(kCourseNames, course_members(course));
}
void load(Course& course, const nlohmann::json& saved) {
  read_named(kCourseNames, course_members(course), saved);
}

SavedLearner save(const Learner& learner, Tensors tensors) {
  const auto& [task, optimiser, sampler, counters] = learner;
  const bool copied = tensors == Tensors::Copied;
  SavedLearner out;
  for (const NamedParameter& p : task->parameters())
    out.model[p.name] = copied ? p.tensor.detach().clone() : p.tensor.detach();
  for (const auto& [name, tensor] : optimiser->save()) out.optimiser[name] = copied ? tensor.clone() : tensor;
  out.values = to_json(counters);
  out.values["sampler"] = sampler->save();
  return out;
}

void load(Learner& learner, const SavedLearner& saved) {
  auto& [task, optimiser, sampler, counters] = learner;
  const torch::NoGradGuard no_grad;
  for (const NamedParameter& p : task->parameters()) p.tensor.detach().copy_(saved.model.at(p.name));
  optimiser->load(saved.optimiser);
  sampler->load(saved.values.at("sampler"));
  load(counters, saved.values);
}

Checkpoint save(const RunState& state, const Ledger& ledger, int64_t log_bytes) {
  const auto& [learner, course, pending, probe, mixer, gradients] = state;
  const auto& [call, mixer_before] = pending;
  SavedLearner saved = save(learner, Tensors::Shared);
  Checkpoint out;
  out.step = course.work;
  out.model = std::move(saved.model);
  out.optimiser = std::move(saved.optimiser);
  if (gradients) out.gradients = gradients->save();
  out.state = std::move(saved.values);
  out.state.update(to_json(course));
  out.state["call"] = call;
  out.state["mixer"] = call.is_null() ? mixer->save() : mixer_before;
  out.state["probe"] = nullptr;
  if (probe) {
    const auto& [done, before] = *probe;
    out.state["probe"] = {{"done", done}, {"state", before ? before->values : nlohmann::json()}};
    if (before) out.snapshot = joined(*before);
  }
  out.state["ledger"] = ledger.to_json();
  out.state["log_bytes"] = log_bytes;
  return out;
}

void load(RunState& state, Ledger& ledger, const Checkpoint& checkpoint) {
  auto& [learner, course, pending, probe, mixer, gradients] = state;  // the last two: load_method
  auto& [call, mixer_before] = pending;
  nlohmann::json s = checkpoint.state;
  s.emplace("work", checkpoint.step);  // where an older program did not write it
  load(learner, {checkpoint.model, checkpoint.optimiser, s});
  load(course, s);
  call = s.at("call");
  mixer_before = s.at("mixer");
  probe.reset();
  if (const auto& saved = s.at("probe"); !saved.is_null()) {
    auto& [done, before] = probe.emplace();
    saved.at("done").get_to(done);
    if (!saved.at("state").is_null()) before = parted(checkpoint.snapshot, saved.at("state"));
  }
  ledger.load(s.at("ledger"));
}

void load_method(RunState& state, const Checkpoint& checkpoint, torch::Device device) {
  state.mixer->load(checkpoint.state.at("mixer"));
  if (state.gradients) state.gradients->load(checkpoint.gradients, device);
}

}  // namespace rnb
