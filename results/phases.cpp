#include "results/phases.h"

#include <algorithm>

namespace rnb {
namespace {

constexpr std::array<std::string_view, 7> kKindNames{"preparation", "own_step", "overhead", "regroup",
                                                     "report",      "files",    "unknown"};
static_assert(kKindNames.size() == static_cast<size_t>(PhaseKind::Unknown) + 1);

constexpr bool rules_stand_in_the_order_of_phases() {
  for (size_t i = 0; i < kPhaseRules.size(); ++i)
    if (kPhaseRules[i].phase != static_cast<Phase>(i)) return false;
  return kPhaseRules.size() == static_cast<size_t>(Phase::Log) + 1;
}
static_assert(rules_stand_in_the_order_of_phases());

}  // namespace

PhaseKind kind_of_phase_named(std::string_view name) {
  const auto* const rule = std::find_if(kPhaseRules.begin(), kPhaseRules.end(),
                                        [&](const PhaseRule& r) { return r.name == name; });
  return rule == kPhaseRules.end() ? PhaseKind::Unknown : rule->kind;
}

std::string_view phase_kind_name(PhaseKind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

std::optional<PhaseKind> phase_kind_named(std::string_view name) {
  const auto* const at = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (at == kKindNames.end()) return std::nullopt;
  return static_cast<PhaseKind>(at - kKindNames.begin());
}

}  // namespace rnb
