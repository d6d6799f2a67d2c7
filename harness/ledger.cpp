#include "harness/ledger.h"

#include <utility>

#include "base/error.h"

namespace rnb {
namespace {

double between(Ledger::Clock::time_point a, Ledger::Clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Ledger::Ledger(std::function<Clock::time_point()> now)
    : now_(std::move(now)), start_(now_()), last_(start_) {}

void Ledger::settle() {
  const auto now = now_();
  if (!stack_.empty()) costs_[static_cast<size_t>(stack_.back())].seconds += between(last_, now);
  last_ = now;
}

void Ledger::enter(Phase phase) {
  settle();
  stack_.push_back(phase);
  ++costs_[static_cast<size_t>(phase)].calls;
}

void Ledger::leave() {
  RNB_ASSERT(!stack_.empty());
  settle();
  stack_.pop_back();
}

void Ledger::add_flops(const char* module, double flops) {
  if (stack_.empty()) return;
  const auto phase = static_cast<size_t>(stack_.back());
  costs_[phase].flops += flops;
  modules_[std::string(kPhaseNames[phase])][module] += flops;
}

void Ledger::add_bytes(double bytes) {
  if (!stack_.empty()) costs_[static_cast<size_t>(stack_.back())].bytes += bytes;
}

void Ledger::bill(Phase phase, double seconds, double flops) {
  costs_[static_cast<size_t>(phase)].seconds += seconds;
  costs_[static_cast<size_t>(phase)].flops += flops;
  billed_[static_cast<size_t>(phase)] += seconds;
}

void Ledger::pause() {
  settle();
  paused_ = last_;
}

void Ledger::go_on() {
  const auto now = now_();
  start_ += now - paused_;
  last_ = now;
}

double Ledger::wall_seconds() const {
  return earlier_ + between(start_, now_());
}

double Ledger::uncovered() const {
  double covered = stack_.empty() ? 0 : between(last_, now_());
  for (size_t i = 0; i < costs_.size(); ++i) covered += costs_[i].seconds - billed_[i];
  const double wall = wall_seconds();
  return wall > 0 ? 1.0 - covered / wall : 0.0;
}

nlohmann::json Ledger::to_json() const {
  nlohmann::json phases = nlohmann::json::object();
  for (size_t i = 0; i < costs_.size(); ++i) {
    const PhaseCost& c = costs_[i];
    phases[std::string(kPhaseNames[i])] = {{"seconds", c.seconds},
                                           {"flops", c.flops},
                                           {"bytes", c.bytes},
                                           {"calls", c.calls},
                                           {"billed", billed_[i]}};
  }
  return {{"phases", phases}, {"modules", modules_}, {"wall_seconds", wall_seconds()}};
}

void Ledger::load(const nlohmann::json& saved) {
  for (size_t i = 0; i < costs_.size(); ++i) {
    const auto& p = saved.at("phases").at(std::string(kPhaseNames[i]));
    costs_[i].seconds += p.at("seconds").get<double>();
    costs_[i].flops += p.at("flops").get<double>();
    costs_[i].bytes += p.at("bytes").get<double>();
    costs_[i].calls += p.at("calls").get<int64_t>();
    billed_[i] += p.at("billed").get<double>();
  }
  for (const auto& [phase, operators] : saved.at("modules").items())
    for (const auto& [name, flops] : operators.items()) modules_[phase][name] += flops.get<double>();
  earlier_ += saved.at("wall_seconds").get<double>();
}

}  // namespace rnb
