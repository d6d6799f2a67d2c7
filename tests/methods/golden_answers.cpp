#include "tests/methods/golden_answers.h"

#include <gtest/gtest.h>

#include "tests/methods/golden.h"

namespace rnb {

using Doubles = std::vector<double>;

RoundView round_to_go_on() {
  RoundView round;
  round.steps_left = 100;
  return round;
}

double dot(const Doubles& a, const Doubles& b) {
  double sum = 0;
  for (size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

GradientProbe probe_of(const std::vector<Doubles>& sources, const std::vector<Doubles>& targets) {
  std::vector<Doubles> all = sources;
  all.insert(all.end(), targets.begin(), targets.end());
  GradientProbe out{sources.size(), targets.size(), {}, Doubles(all.size(), 1.0)};
  for (const auto& a : all)
    for (const auto& b : all) out.gram.push_back(dot(a, b));
  return out;
}

nlohmann::json losses_json(const Doubles& loss) {
  return to_json(DomainLosses{loss, std::vector<int64_t>(loss.size(), 10)});
}

void expect_matrix(const std::vector<Doubles>& found, const nlohmann::json& expected, double tolerance,
                   const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i)
    expect_near(found[i], expected[i].get<Doubles>(), tolerance, what + " row " + std::to_string(i));
}

}  // namespace rnb
