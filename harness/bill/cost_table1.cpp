#include "harness/bill/cost_table1.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace rnb {
namespace {

CostInputs with(double eval_tokens, double domains, double rounds) {
  CostInputs c;  // N, D_t and delta are the same in all rows
  c.eval_tokens = eval_tokens;
  c.domains = domains;
  c.rounds = rounds;
  return c;
}

}  // namespace

std::vector<Table1Cell> table1() {
  const CostInputs dolly = with(750 * 512, 8, 10);
  const CostInputs ni = with(14256 * 512, 38, 10), ni_regrouped = with(14256 * 512, 30, 10),
                   ni_three = with(14256 * 512, 30, 3);
  const CostInputs test = with(5.236e10, 60, 10), test_regrouped = with(5.236e10, 100, 10);
  const std::string regrouped = "m=30, the regrouped count; the column is headed m=38";
  const std::string swapped =
      "printed for the other one of Skill-It and Aioli: exchanged, both agree. D_e = 5.236e10 is what DGA's "
      "cell "
      "needs; it is 512 times too large (the authors' calculator multiplies a token estimate by the context)";
  return {
      {"Dolly", "skillit", "14.46", dolly, dolly, ""},
      {"Dolly", "aioli", "62.5", dolly, dolly, ""},
      {"Dolly", "dga", "0.41", dolly, dolly, ""},
      {"Dolly", "rnb", "0.0006", dolly, dolly, "m=8; 98.67 % of N, its linear layers, give 0.00064"},
      {"Sup-NatInst", "skillit", "595.5", ni, ni_regrouped, regrouped},
      {"Sup-NatInst", "aioli", "1336.5", ni, ni_three, regrouped + "; and T=3, where the others have T=10"},
      {"Sup-NatInst", "dga", "1.723", ni, ni_regrouped, regrouped},
      {"Sup-NatInst", "rnb", "0.009", ni, ni_regrouped, regrouped},
      {"Sup-NatInst-test", "skillit", "6e7", test, test, swapped},
      {"Sup-NatInst-test", "aioli", "7e6", test, test, swapped},
      {"Sup-NatInst-test", "dga", "1601", test, test, "D_e is chosen to give this number"},
      {"Sup-NatInst-test", "rnb", "0.1", test, test_regrouped,
       "m=100, the regrouped count; the column is headed m=60"}};
}

bool agrees(double percent, const std::string& printed) {
  // One unit of the last digit: 14.46 -> 0.01, 6e7 -> 1e7.
  const size_t e = printed.find('e'), point = printed.find('.');
  const size_t decimals = point == std::string::npos ? 0 : std::min(e, printed.size()) - point - 1;
  const double exponent = e == std::string::npos ? 0 : std::strtod(printed.c_str() + e + 1, nullptr);
  const double unit = std::pow(10.0, exponent - static_cast<double>(decimals));
  return std::abs(percent - std::strtod(printed.c_str(), nullptr)) < unit;
}

}  // namespace rnb
