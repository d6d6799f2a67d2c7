// Golden vectors of the bills that methods have by formula.

#include <cstdio>

#include <gtest/gtest.h>

#include "harness/bill/cost_formulas.h"
#include "tests/methods/golden.h"

namespace rnb {
namespace {

using nlohmann::json;

const GoldenFile kFlops("flops.json");

void check_formulas(const json& c, double tolerance) {
  const auto& in = c.at("inputs");
  const CostInputs inputs{in.at("N").get<double>(), in.at("D_t").get<double>(), in.at("D_e").get<double>(),
                          in.at("T").get<double>(), in.at("m").get<double>(),   in.at("delta").get<double>()};
  for (const auto& [key, want] : c.at("expected").items()) {
    const CostFormula* const formula = cost_formula(key);
    if (formula)
      EXPECT_NEAR(100 * formula->share(inputs), want.get<double>(), tolerance) << key;
    else
      nobody(key);
  }
}

void check_passes(const json& c, double tolerance) {
  const auto& in = c.at("inputs");
  for (const auto& [key, want] : c.at("expected").items()) {
    PassInputs inputs{in.at("N").get<double>(), in.at("batch_tokens").get<double>(),
                      in.at("steps").get<double>(), 0, 0};
    const std::string method = key.substr(0, key.find('_'));
    const bool probes =
        std::sscanf(key.c_str(), "dga_every_%lf_steps_m%lf_batch16", &inputs.every, &inputs.domains) == 2;
    if (!probes && key != "doremi_reference_plus_proxy_same_size" &&
        key != "doge_proxy_same_size_target_batch_equal" && key != "odm" && key != "ado")
      nobody(key);
    for (const PassBill& bill : pass_bills())
      if (bill.method == method) EXPECT_NEAR(100 * bill.share(inputs), want.get<double>(), tolerance) << key;
  }
}

TEST(Golden, CostFormulas) {
  check_file("flops.json", [](const json& c, double tolerance) {
    if (c.at("inputs").contains("D_t")) return check_formulas(c, tolerance);
    if (c.at("inputs").contains("batch_tokens")) return check_passes(c, tolerance);
    ADD_FAILURE() << "nobody handles this case";
  });
}

}  // namespace
}  // namespace rnb
