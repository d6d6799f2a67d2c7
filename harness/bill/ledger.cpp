#include "harness/bill/ledger.h"

#include <utility>

#include "base/error.h"

namespace rnb {
namespace {

constexpr size_t kMostSpans = 4096;  // that wait to be added up

}  // namespace

Ledger::Ledger(std::shared_ptr<Clock> clock)
    : clock_(std::move(clock)), start_(clock_->now()), last_(start_) {}

void Ledger::settle() {
  const Moment now = clock_->now();
  if (!stack_.empty()) spans_.push_back({stack_.back(), last_, now});
  last_ = now;
  if (spans_.size() >= kMostSpans) add_up();
}

void Ledger::add_up() const {
  for (const Span& span : spans_)
    costs_[static_cast<size_t>(span.phase)].seconds += clock_->seconds(span.from, span.to);
  spans_.clear();
}

const PhaseCost& Ledger::cost(Phase phase) const {
  add_up();
  return costs_[static_cast<size_t>(phase)];
}

void Ledger::enter(Phase phase) {
  const std::lock_guard lock(mutex_);
  settle();
  stack_.push_back(phase);
  ++costs_[static_cast<size_t>(phase)].calls;
}

void Ledger::leave() {
  const std::lock_guard lock(mutex_);
  RNB_ASSERT(!stack_.empty());
  settle();
  stack_.pop_back();
}

void Ledger::add_flops(const char* module, double flops) {
  const std::lock_guard lock(mutex_);
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
  spent_ += clock_->seconds(start_, last_);
}

void Ledger::go_on() {
  start_ = last_ = clock_->now();
}

double Ledger::wall_seconds() const {
  return wall_seconds_at(clock_->now());
}

double Ledger::wall_seconds_at(const Moment& now) const {
  return earlier_ + spent_ + clock_->seconds(start_, now);
}

double Ledger::uncovered() const {
  const Moment now = clock_->now();
  return uncovered_at(costs_at(now), now);
}

Ledger::Costs Ledger::costs_at(const Moment& now) const {
  add_up();
  Costs costs = costs_;
  if (!stack_.empty()) costs[static_cast<size_t>(stack_.back())].seconds += clock_->seconds(last_, now);
  return costs;
}

double Ledger::uncovered_at(const Costs& costs, const Moment& now) const {
  double covered = 0;
  for (size_t i = 0; i < costs.size(); ++i) covered += costs[i].seconds - billed_[i];
  const double wall = wall_seconds_at(now);
  return wall > 0 ? 1.0 - covered / wall : 0.0;
}

nlohmann::json Ledger::to_json() const {
  const Moment now = clock_->now();
  const Costs costs = costs_at(now);
  nlohmann::json phases = nlohmann::json::object();
  for (size_t i = 0; i < costs.size(); ++i) {
    const PhaseCost& c = costs[i];
    phases[std::string(kPhaseNames[i])] = {{"seconds", c.seconds},
                                           {"flops", c.flops},
                                           {"bytes", c.bytes},
                                           {"calls", c.calls},
                                           {"billed", billed_[i]}};
  }
  return {{"phases", phases},
          {"modules", modules_},
          {"wall_seconds", wall_seconds_at(now)},
          {"uncovered", uncovered_at(costs, now)}};
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
