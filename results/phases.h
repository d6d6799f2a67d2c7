#pragma once
// The phases that a run's bill is split into, and what each counts as. The only place that says which phases
// are the overhead of a method; run.h5 carries it as /overhead/kind, and tables and figures read it there.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace rnb {

enum class Phase {
  Setup,
  Data,
  Train,
  Signal,
  Update,
  ProbeKept,
  ProbeDiscarded,
  Proxy,
  Reference,
  EvalMixing,
  EvalReport,
  Regroup,
  Checkpoint,
  Log
};

enum class PhaseKind {
  Preparation,  // of any run
  OwnStep,      // training steps of the run itself: what overhead is a share of
  Overhead,     // what the method costs beside them
  Regroup,      // paid once per store, embedder and k
  Report,       // evaluations that only the reader looks at
  Files,        // checkpoints and the log
  Unknown       // a phase of another version of the program
};

struct PhaseRule {
  Phase phase;
  std::string_view name;
  PhaseKind kind;
};

constexpr std::array<PhaseRule, 14> kPhaseRules{{
    {Phase::Setup, "setup", PhaseKind::Preparation},
    {Phase::Data, "data", PhaseKind::Preparation},
    {Phase::Train, "train", PhaseKind::OwnStep},
    {Phase::Signal, "signal", PhaseKind::Overhead},
    {Phase::Update, "update", PhaseKind::Overhead},
    {Phase::ProbeKept, "probe_kept", PhaseKind::OwnStep},  // the steps of a probe that the run keeps
    {Phase::ProbeDiscarded, "probe_discarded", PhaseKind::Overhead},
    {Phase::Proxy, "proxy", PhaseKind::Overhead},
    {Phase::Reference, "reference", PhaseKind::Overhead},
    {Phase::EvalMixing, "eval_mixing", PhaseKind::Overhead},
    {Phase::EvalReport, "eval_report", PhaseKind::Report},
    {Phase::Regroup, "regroup", PhaseKind::Regroup},
    {Phase::Checkpoint, "checkpoint", PhaseKind::Files},
    {Phase::Log, "log", PhaseKind::Files},
}};

constexpr std::array<std::string_view, kPhaseRules.size()> kPhaseNames = [] {
  std::array<std::string_view, kPhaseRules.size()> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kPhaseRules[i].name;
  return names;
}();

constexpr std::string_view phase_name(Phase phase) {
  return kPhaseRules[static_cast<size_t>(phase)].name;
}
constexpr PhaseKind phase_kind(Phase phase) {
  return kPhaseRules[static_cast<size_t>(phase)].kind;
}
constexpr bool is_overhead(Phase phase) {
  return phase_kind(phase) == PhaseKind::Overhead;
}
constexpr bool is_own_step(Phase phase) {
  return phase_kind(phase) == PhaseKind::OwnStep;
}
// Of a proxy run: what there would not be without the method that asked for it, so all but reports and files.
constexpr bool is_paid_by_asker(Phase phase) {
  return phase_kind(phase) == PhaseKind::Preparation || is_own_step(phase) || is_overhead(phase);
}

PhaseKind kind_of_phase_named(std::string_view name);              // Unknown where there is no such phase
std::string_view phase_kind_name(PhaseKind kind);                  // "own_step", as in run.h5
std::optional<PhaseKind> phase_kind_named(std::string_view name);  // none: no such kind

}  // namespace rnb
