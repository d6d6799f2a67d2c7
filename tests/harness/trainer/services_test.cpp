// What a method may ask of its run, by a method that asks for everything and one that only weighs losses.

#include "methods/core/services.h"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "methods/core/registry.h"
#include "methods/core/replay.h"
#include "methods/math/simplex.h"
#include "results/event_log.h"
#include "results/run_file.h"
#include "tests/harness/pico_runs.h"
#include "tests/harness/run_events.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

constexpr int kSteps = 40;

// Uniform weights whatever it learns: its run must equal the stratified one, but for kept probes on other
// mixtures.
class Asker : public Mixer {
 public:
  explicit Asker(const MethodOptions& o) : keep_(o.text("keep") == "on") {}
  Needs needs() const override {
    Needs needs;
    needs.round_steps = 10;
    needs.eval_every = 10;
    return needs;
  }
  Decision init(const Domains& domains, Services& services) override {
    m_ = domains.size();
    Weights first(m_);
    first[0] = 1;
    heard_.push_back(services.evaluate().loss);
    heard_.push_back(services.train_probe(first, 6, Keep::No).loss);
    heard_.push_back(services.train_probe(uniform_weights(m_), 6, Keep::No).loss);
    heard_.push_back(services.evaluate().loss);
    ProxySpec proxy;
    proxy.name = "small";
    proxy.steps = 12;
    proxy.losses = true;
    const ProxyResult result = services.train_proxy(proxy);
    heard_.push_back(result.losses.loss);
    services.domain_embeddings(result.run, 20);
    services.log_probs(result.run);
    Decision d;
    d.sampling = uniform_weights(m_);
    return d;
  }
  Decision on_round(const RoundView& round, Services& services) override {
    GradientProbeSpec spec;
    spec.examples = 4;
    spec.targets = {uniform_weights(m_)};
    heard_.push_back(services.gradient_probe(spec).gram);
    Weights last(m_);
    last.back() = 1;
    heard_.push_back(services.train_probe(last, 3, keep_ ? Keep::Yes : Keep::No).loss);
    heard_.push_back(services.train_probe(last, 2, Keep::No).loss);
    Decision d;
    d.record = {{"heard", heard_}, {"round", round.round}};
    return d;
  }
  nlohmann::json save() const override { return {{"heard", heard_}}; }
  void load(const nlohmann::json& saved) override { saved.at("heard").get_to(heard_); }

 private:
  bool keep_;
  size_t m_ = 0;
  std::vector<std::vector<double>> heard_;
};

RNB_REGISTER(MethodSpec, .name = "asker", .summary = "asks for everything", .source = "test",
             .options = {{.name = "keep", .fallback = "off", .choices = {"on", "off"}}},
             .make = make_one<Asker>);

fs::path run(const std::string& name, const std::string& method, const std::vector<std::string>& more = {}) {
  return pico_run(name, method, kSteps, more);
}

std::string weights_of(const fs::path& run) {
  return read_text_file(run / "model/model.safetensors");
}

TEST(RunServices, ProbesThatAreRolledBackLeaveNoTrace) {
  const fs::path asked = run("asked", "asker"), plain = run("plain", "stratified");
  EXPECT_EQ(weights_of(asked), weights_of(plain));
  const RunSummary a = read_run(asked / "run.h5"), b = read_run(plain / "run.h5");
  EXPECT_EQ(a.test_loss, b.test_loss);
  EXPECT_EQ(a.flops.at("train"), b.flops.at("train"));
  // 12 probe steps at the start, then 4 rounds of 3 + 2, each as dear as a step of training.
  EXPECT_NEAR(a.flops.at("probe_discarded") / a.flops.at("train"), (12.0 + 4 * 5) / kSteps, 1e-9);
  EXPECT_NEAR(a.flops.at("proxy") / a.flops.at("train"), 12.0 / kSteps, 1e-9);
  EXPECT_EQ(validate_run(asked / "run.h5"), std::vector<std::string>{});
}

TEST(RunServices, KeptProbesAreStepsOfTheRun) {
  const fs::path kept = run("kept", "asker", {"--method-option", "keep=on"});
  const RunSummary a = read_run(kept / "run.h5");
  const RunSummary b = read_run(run("plain-2", "stratified") / "run.h5");
  EXPECT_NEAR(a.flops.at("train") + a.flops.at("probe_kept"), b.flops.at("train"),
              1e-6 * b.flops.at("train"));
  EXPECT_GT(a.flops.at("probe_kept"), 0);
  int64_t last = 0;
  for (const auto& event : read_events(kept / "events.jsonl"))
    if (event.at("event") == "step") last = event.at("step").get<int64_t>();
  EXPECT_EQ(last, kSteps);
}

// Cut at every checkpoint that it ever wrote: before the first step, within probes of both kinds, between
// them.
TEST(RunServices, ARunCutWithinACallGoesOnBitForBit) {
  for (const std::string keep : {"on", "off"}) {
    const std::vector<std::string> more{"--method-option", "keep=" + keep};
    const fs::path whole = run("whole-" + keep, "asker", more);
    std::vector<int64_t> works;
    for (const auto& entry : fs::directory_iterator(whole)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("checkpoint-")) works.push_back(std::stol(name.substr(11)));
    }
    ASSERT_GE(works.size(), 6U);
    for (const int64_t work : works) {
      const fs::path out = pico_folder() / "cut";
      fs::remove_all(out);
      fs::copy(whole.parent_path(), out, fs::copy_options::recursive);
      const fs::path cut = out / whole.filename();
      fs::remove(cut / "run.h5");
      fs::remove_all(cut / "model");
      for (const int64_t other : works)
        if (other != work) fs::remove_all(cut / fmt::format("checkpoint-{}", other));
      std::vector<std::string> again = more;
      again.push_back("--resume");
      run("cut", "asker", again);
      EXPECT_EQ(weights_of(whole), weights_of(cut)) << "checkpoint " << work;
      EXPECT_EQ(comparable_events(whole), comparable_events(cut)) << "checkpoint " << work;
    }
  }
}

TEST(RunServices, WhatWasServedIsReplayedWithoutAModel) {
  std::vector<nlohmann::json> signals, records;
  for (const auto& event : read_events(run("replayed", "asker") / "events.jsonl"))
    if (event.at("event") == "signal") {
      signals.push_back(event);
      if (event.at("call") != "service") records.push_back(event.at("record"));
    }
  const auto again = replay("asker", {}, signals);
  ASSERT_EQ(again.size(), records.size());
  for (size_t k = 0; k < again.size(); ++k) EXPECT_EQ(again[k].record, records[k]) << k;
}

// The mixture's gradient is, in expectation, linear; exact is this: a probe of one example each is the
// gradient of that example, so a Gram matrix of it is symmetric, with squared norms that no product exceeds.
TEST(RunServices, GradientProbesAreInnerProducts) {
  for (const auto& event : read_events(run("grams", "asker") / "events.jsonl")) {
    if (event.at("event") != "signal" || event.at("call") != "service" ||
        event.at("data").at("request").at("service") != "gradient_probe")
      continue;
    const GradientProbe probe = gradient_probe_from(event.at("data").at("answer"));
    ASSERT_EQ(probe.sources, 4U);
    ASSERT_EQ(probe.targets, 1U);
    for (size_t a = 0; a < 5; ++a) {
      EXPECT_GT(probe.dot(a, a), 0);
      EXPECT_GT(probe.loss[a], 1);
      for (size_t b = 0; b < 5; ++b) {
        EXPECT_EQ(probe.dot(a, b), probe.dot(b, a));
        EXPECT_LE(std::abs(probe.dot(a, b)), 1.0001 * std::sqrt(probe.dot(a, a) * probe.dot(b, b)));
      }
    }
  }
}

// 2e9 FLOPs pay for 41 pico steps on batches of 8 x 32 tokens, which cost 48.2 MFLOP each, counted by hand:
// every weight of a product is used once forward and twice backward (2 FLOPs each), the blocks have 12 d^2 of
// them and the head V d; attention is two products of T x T x d forward and five backward.
TEST(Budget, PaysForTheStartAndTheSignalsAndTheRestIsTheMainRun) {
  constexpr double kRows = 8, T = 32, d = 32, kLayers = 2, V = 64;
  constexpr double kStep =
      kRows * T * 6 * (kLayers * 12 * d * d + V * d) + kRows * kLayers * (2 + 5) * 2 * T * T * d;
  for (const std::string method : {"stratified", "asker"}) {
    const fs::path folder = run("budget-" + method, method, {"--budget", "flops=2e9"});
    const RunSummary r = read_run(folder / "run.h5");
    EXPECT_EQ(validate_run(folder / "run.h5"), std::vector<std::string>{});
    nlohmann::json budget;
    for (const auto& event : read_events(folder / "events.jsonl"))
      if (event.at("event") == "budget") budget = event;
    EXPECT_NEAR(budget.at("step_flops").get<double>(), kStep, 1);
    EXPECT_EQ(budget.at("planned_steps"), 41);
    const auto steps = budget.at("steps").get<int64_t>();
    EXPECT_NEAR(r.flops.at("train"), kStep * static_cast<double>(steps), 1);
    if (method == "stratified") EXPECT_EQ(steps, 41);
    // 12 rolled-back steps and a proxy of 12, and the evaluations.
    if (method == "asker") EXPECT_LT(steps, 41 - 24);
  }
}

TEST(Budget, SpentBeforeTheMainRunIsReportedAndNotDropped) {
  const fs::path folder = run("spent", "asker", {"--budget", "flops=8e8"});
  EXPECT_EQ(validate_run(folder / "run.h5"), std::vector<std::string>{});
  const RunSummary r = read_run(folder / "run.h5");
  EXPECT_EQ(r.status, "complete");
  EXPECT_NEAR(r.test_loss, std::log(64.0), 0.1);  // of the untrained model
  bool said = false;
  for (const auto& event : read_events(folder / "events.jsonl"))
    said = said || (event.at("event") == "warning" && event.at("code") == "budget_spent");
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace rnb
