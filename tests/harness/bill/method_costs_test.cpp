// The bill of every method against a count by hand, on a model small enough to count: GPT-Neo `pico` (2
// blocks, width 32, vocabulary 64) on rows of 32 places.

#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "results/event_log.h"
#include "results/run_file.h"
#include "tests/harness/pico_runs.h"

namespace rnb {
namespace {

constexpr double kT = 32, kD = 32, kLayers = 2, kV = 64, kB = 8, kM = 4, kSteps = 40;
constexpr double kValid = 42;  // of 800, by their ids: all of them are in the mixing subset
constexpr double kParameters =
    28352;  // V d + T d + 2 x (12 d^2 + 13 d, less 3 missing biases) + 2 d, as the run says

// One row: products with the blocks' 12 d^2 weights, two T x T x d products of attention, the head.
constexpr double kBlocks = kT * kLayers * 2 * 12 * kD * kD, kAttention = kLayers * 2 * 2 * kT * kT * kD,
                 kHead = kT * 2 * kV * kD;
constexpr double kForward = kBlocks + kAttention + kHead;
// Backward: twice the products with weights, two and a half times those of attention.
constexpr double kRow = 3 * kBlocks + 3.5 * kAttention + 3 * kHead;
constexpr double kStep = kB * kRow;
constexpr double kEvaluation = kValid * kForward;

// `charged` is all that counts as overhead, FLOPs; within 1 %.
// `tolerance`: relative; a hand count leaves out what is small beside it.
void expect_bill(const std::string& method, double charged, double tolerance = 0.01) {
  std::string name = method;
  for (char& c : name)
    if (c == ' ' || c == '=') c = '_';
  const RunSummary r = read_run(pico_run(name, method, static_cast<int64_t>(kSteps)) / "run.h5");
  EXPECT_EQ(r.parameters, kParameters);
  const auto flops = [&](const char* phase) {
    const auto it = r.flops.find(phase);
    return it == r.flops.end() ? 0.0 : it->second;
  };
  EXPECT_NEAR(flops("train") + flops("probe_kept"), kSteps * kStep, 1) << method;
  const double found = r.overhead(r.flops) * kSteps * kStep;
  if (charged == 0)
    EXPECT_EQ(found, 0) << method;
  else
    EXPECT_NEAR(found / charged, 1.0, tolerance)
        << fmt::format("{}: {} FLOPs, by hand {}", method, found, charged);
}

TEST(MethodCosts, StaticMixturesAreFree) {
  for (const char* method : {"stratified", "natural", "temperature", "unimax", "eval_proportional"})
    expect_bill(method, 0);
}

// They look at losses that training computes anyway, and at no tensor.
TEST(MethodCosts, BanditsAndScalingLawsPayNoFlops) {
  for (const char* method : {"odm", "ado", "dump_ucb"}) expect_bill(method, 0);
}

// An evaluation each tenth of the run.
TEST(MethodCosts, LossSoftmaxPaysForEvaluations) {
  expect_bill("loss_softmax", 10 * kEvaluation);
}

// The same, and a reference run of the run's length, evaluated at its end.
TEST(MethodCosts, ShearedLlamaPaysForEvaluationsAndItsReference) {
  expect_bill("sheared_llama", 10 * kEvaluation + kSteps * kStep + kEvaluation);
}

// The weight gradient's products are training; what is added is one multiply-add of V d for each domain of a
// step's batch, and at the end of each of 10 rounds m (m + 1) / 2 dot products of V d.
TEST(MethodCosts, RnbPaysForSumsAndDotProducts) {
  const RunSummary r = read_run(pico_run("rnb-again", "rnb", static_cast<int64_t>(kSteps)) / "run.h5");
  const double gram = 10 * kM * (kM + 1) / 2 * 2 * kV * kD, most = gram + kSteps * kM * 2 * kV * kD;
  const double found = r.overhead(r.flops) * kSteps * kStep;
  EXPECT_GT(found, gram + kSteps * 2 * kV * kD);  // at least one domain per step, at most all
  EXPECT_LE(found, most);
}

// One probe of 4 steps per domain, an evaluation before them and after each; then one evaluation per round.
TEST(MethodCosts, SkillItPaysForItsGraphAndItsEvaluations) {
  expect_bill("skillit", kM * 4 * kStep + (kM + 1 + 10) * kEvaluation);
}

// Probes are steps of the run. 5 rounds, the first at the start: one evaluation before the m probes and one
// after each.
TEST(MethodCosts, AioliPaysForEvaluationsOnly) {
  expect_bill("aioli lp_steps=1", 5 * (1 + kM) * kEvaluation);
}

// Each of 10 rounds: a batch for each domain and one for the target, then the products of the target with
// all, and each domain's own norm: 2 N each. The last round's decision is never used and costs nothing.
TEST(MethodCosts, DgaPaysForOneBatchPerDomain) {
  expect_bill("dga", 9 * ((kM + 1) * kStep + (2 * kM + 1) * 2 * kParameters));
}

// As DGA with a target batch for each of m tasks; products of every target with every source and target.
TEST(MethodCosts, GrapePaysForOneBatchPerDomainAndOnePerTask) {
  expect_bill("grape", 9 * (2 * kM * kStep + (kM * kM + kM + kM * (kM + 1) / 2) * 2 * kParameters));
}

// A whole reference run, then a whole proxy run whose every batch also goes through the reference, forward,
// and once more through its own head, whose losses decide the weights.
TEST(MethodCosts, DoremiPaysForTwoRunsAndTheReference) {
  expect_bill("doremi", kSteps * kStep + kSteps * (kStep + kB * (kForward + kHead)));
}

// A whole proxy run; its domains' gradients come domain by domain from the rows of the batch, so the batch's
// own cost is that of training. Of the p domains in a batch, p (p + 1) / 2 dot products of N numbers.
TEST(MethodCosts, DogePaysForItsProxy) {
  const auto run = pico_run("doge-counted", "doge", static_cast<int64_t>(kSteps));
  double products = 0;
  for (const auto& proxy : std::filesystem::directory_iterator(run.parent_path() / "proxies"))
    for (const auto& event : read_events(proxy.path() / "events.jsonl")) {
      if (event.at("event") != "signal" || event.at("call") != "on_batch") continue;
      double present = 0;
      for (const auto& tokens : event.at("data").at("tokens")) present += tokens.get<int64_t>() > 0;
      products += present * (present + 1) / 2;
    }
  EXPECT_GT(products, 0);
  expect_bill("doge", kSteps * kStep + products * 2 * kParameters, 1e-6);
}

// 16 proxies, a tenth of the run each, with an evaluation each; the regression is no model's.
TEST(MethodCosts, SwarmsPayForTheirProxies) {
  for (const char* method : {"regmix", "mixlaws", "olmix"})
    expect_bill(method, 16 * (0.1 * kSteps * kStep + kEvaluation));
}

// One proxy per domain and the likelihoods of the validation subset under each.
TEST(MethodCosts, MixMinPaysForOneProxyPerDomain) {
  expect_bill("mixmin", kM * (0.1 * kSteps * kStep + kEvaluation));
}

// One proxy; then up to 8 training examples of each domain go through half of its blocks.
TEST(MethodCosts, ChameleonPaysForOneProxyAndItsEmbeddings) {
  const double half = (kBlocks + kAttention) / 2;
  expect_bill("chameleon examples=8", 0.1 * kSteps * kStep + kM * 8 * half);
}

}  // namespace
}  // namespace rnb
