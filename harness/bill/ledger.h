#pragma once
// The bill of a run: seconds, FLOPs, bytes and calls by phase (docs/definitions.md). Phases nest; time
// belongs to the innermost one, so the phases add up to the wall time that was spent inside any of them.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/device/clock.h"
#include "results/phases.h"  // IWYU pragma: export

namespace rnb {

struct PhaseCost {
  double seconds = 0, flops = 0, bytes = 0;
  int64_t calls = 0;
};

class Ledger {
 public:
  // The clock is asked on every change of phase; nobody waits for it before the ledger is read.
  explicit Ledger(std::shared_ptr<Clock> clock = std::make_shared<HostClock>());
  // enter(), leave() and add_flops() may come from different threads: autograd has threads of its own on a
  // GPU.
  void enter(Phase phase);
  void leave();
  void add_flops(const char* module,
                 double flops);  // `module`: the operator; to the innermost phase; outside any: dropped
  void add_bytes(double bytes);
  // A cost paid outside this process or before it: a cached embedding is billed at its original price.
  void bill(Phase phase, double seconds, double flops);
  // A nested run has its own ledger; its total is added to this one, and the time in between is not counted
  // twice.
  void pause();
  void go_on();
  double wall_seconds() const;  // since construction, plus what load() brought
  double seconds(Phase phase) const { return cost(phase).seconds; }
  double flops(Phase phase) const { return costs_[static_cast<size_t>(phase)].flops; }
  const PhaseCost& cost(Phase phase) const;
  // Share of the wall time that no phase covers; billed costs do not count.
  double uncovered() const;
  // {"phases", "modules", "wall_seconds", "uncovered"} of one moment, the time of the phase that is running
  // included.
  nlohmann::json to_json() const;
  void load(const nlohmann::json& saved);

 private:
  using Costs = std::array<PhaseCost, kPhaseNames.size()>;
  double wall_seconds_at(const Moment& now) const;
  Costs costs_at(const Moment& now) const;
  double uncovered_at(const Costs& costs, const Moment& now) const;
  void settle();        // gives the time since the last change to the innermost phase
  void add_up() const;  // the spans so far
  struct Span {
    Phase phase;
    Moment from, to;
  };
  mutable std::vector<Span> spans_;
  mutable Costs costs_{};
  std::array<double, kPhaseNames.size()> billed_{};
  std::map<std::string, std::map<std::string, double>> modules_;  // phase -> operator -> FLOPs
  std::vector<Phase> stack_;
  std::mutex mutex_;
  std::shared_ptr<Clock> clock_;
  Moment start_, last_;  // start_: of this process's part, or of what followed its last pause
  double earlier_ = 0;   // wall seconds of the run's earlier processes
  double spent_ = 0;     // before the last pause
};

class LedgerPause {
 public:
  explicit LedgerPause(Ledger& ledger) : ledger_(ledger) { ledger_.pause(); }
  ~LedgerPause() { ledger_.go_on(); }
  LedgerPause(const LedgerPause&) = delete;
  LedgerPause& operator=(const LedgerPause&) = delete;

 private:
  Ledger& ledger_;
};

class PhaseScope {
 public:
  PhaseScope(Ledger& ledger, Phase phase) : ledger_(ledger) { ledger_.enter(phase); }
  ~PhaseScope() { ledger_.leave(); }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  Ledger& ledger_;
};

}  // namespace rnb
