#pragma once
// "flops=2e12": what a method may spend in all.

#include <string>

namespace rnb {

double parse_budget(const std::string& budget);  // FLOPs, positive and finite; UsageError

}  // namespace rnb
