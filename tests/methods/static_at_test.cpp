#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::filesystem::path write_run(const std::string& name, const std::vector<json>& events) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("rnb_static_at_" + name);
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / "events.jsonl");
  for (const json& event : events) out << event.dump() << '\n';
  return folder;
}

json start(const std::vector<std::string>& domains) {
  return {{"event", "start"}, {"domains", {{"original", domains}, {"active", domains}}}};
}
json mixture(int64_t first_used, const Weights& p) {
  return {{"event", "mixture"}, {"step", first_used - 1}, {"first_used", first_used}, {"p", p}};
}
json last_step(int64_t step) {
  return {{"event", "step"}, {"step", step}};
}
const json kEnd = {{"event", "end"}, {"status", "complete"}};

// Parts 3 : 2 : 2 ..., in the order of the domains' sizes, 0 without training examples.
const ExampleOptions kExample("static_at", [](const Domains& domains) {
  Weights p;
  double sum = 0;
  for (const int64_t n : domains.train_examples) {
    p.push_back(n > 0 ? (n == 100 ? 3 : 2) : 0);
    sum += p.back();
  }
  for (double& x : p) x /= sum;
  std::string name = "example";
  for (const int64_t n : domains.train_examples) name += "_" + std::to_string(n);
  const auto run = write_run(name, {start(domains.names), mixture(1, p), last_step(60), kEnd});
  return std::map<std::string, std::string>{{"run", run.string()}};
});

Weights first_weights(const std::filesystem::path& run, const std::vector<std::string>& names,
                      std::vector<int64_t> examples) {
  Domains domains;
  domains.names = names;
  domains.train_examples = std::move(examples);
  Services services;
  return make_mixer("static_at", {{"run", run.string()}})->init(domains, services).sampling.value();
}

std::string refusal(const std::filesystem::path& run, const std::vector<std::string>& names,
                    std::vector<int64_t> examples) {
  try {
    first_weights(run, names, std::move(examples));
  } catch (const Error& e) {
    return e.what();
  }
  return "not refused";
}

TEST(StaticAt, TheMeanCountsEachMixtureByItsSteps) {
  const auto run = write_run("mean", {start({"a", "b"}), mixture(1, {0.5, 0.5}), mixture(3, {1.0, 0.0}),
                                      mixture(9, {0.0, 1.0}), last_step(10), kEnd});
  // steps 1-2, 3-8, 9-10: a = (2 * 0.5 + 6 * 1 + 2 * 0) / 10
  const Weights p = first_weights(run, {"a", "b"}, {5, 5});
  EXPECT_NEAR(p[0], 0.7, 1e-15);
  EXPECT_NEAR(p[1], 0.3, 1e-15);
}

TEST(StaticAt, AMixtureSetAfterTheLastStepDoesNotCount) {
  const auto run = write_run("late", {start({"a", "b"}), mixture(1, {0.25, 0.75}), last_step(1), last_step(4),
                                      mixture(5, {1.0, 0.0}), kEnd});
  EXPECT_EQ(first_weights(run, {"a", "b"}, {5, 5}), (Weights{0.25, 0.75}));
}

TEST(StaticAt, DomainsAreFoundByName) {
  const auto run = write_run("names", {start({"a", "b"}), mixture(1, {0.25, 0.75}), last_step(4), kEnd});
  EXPECT_EQ(first_weights(run, {"b", "a"}, {5, 5}), (Weights{0.75, 0.25}));
}

TEST(StaticAt, OtherDomainsAreRefusedByName) {
  const auto run = write_run("other", {start({"a", "b"}), mixture(1, {0.25, 0.75}), last_step(4), kEnd});
  EXPECT_THAT(refusal(run, {"a", "c"}, {5, 5}), HasSubstr("its domain 'b' is not in this run's data"));
  EXPECT_THAT(refusal(run, {"a", "b", "c"}, {5, 5, 5}), HasSubstr("2 domains there, 3 here"));
  EXPECT_THAT(refusal(run, {"a", "b"}, {5, 0}),
              HasSubstr("'b' has weight 0.75 there but no training examples"));
}

TEST(StaticAt, ARunThatIsNotCompleteIsRefused) {
  const auto cut = write_run("cut", {start({"a", "b"}), mixture(1, {0.25, 0.75}), last_step(4)});
  EXPECT_THAT(refusal(cut, {"a", "b"}, {5, 5}), HasSubstr("the run is not complete"));
  const auto failed = write_run(
      "failed",
      {start({"a", "b"}), mixture(1, {0.25, 0.75}), last_step(4), {{"event", "end"}, {"status", "failed"}}});
  EXPECT_THAT(refusal(failed, {"a", "b"}, {5, 5}), HasSubstr("the run is not complete"));
  EXPECT_THAT(refusal("/no/such/run", {"a", "b"}, {5, 5}), HasSubstr("/no/such/run/events.jsonl"));
}

TEST(StaticAt, ADamagedLogIsRefusedWithItsLine) {
  const auto run = write_run("damaged", {start({"a", "b"}), mixture(1, {0.25, 0.70}), last_step(4), kEnd});
  EXPECT_THAT(refusal(run, {"a", "b"}, {5, 5}), HasSubstr("events.jsonl:2"));
  const auto text = write_run("text", {});
  std::ofstream(text / "events.jsonl") << "{\"event\":\n";
  EXPECT_THAT(refusal(text, {"a", "b"}, {5, 5}), HasSubstr("events.jsonl:1"));
}

}  // namespace
}  // namespace rnb
