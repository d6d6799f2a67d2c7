#include "harness/tasks/sampler.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace rnb {
namespace {

std::vector<std::vector<int64_t>> pools_of(const std::vector<int64_t>& sizes) {
  std::vector<std::vector<int64_t>> pools;
  int64_t next = 0;
  for (const int64_t n : sizes) {
    pools.emplace_back();
    for (int64_t i = 0; i < n; ++i) pools.back().push_back(next++);
  }
  return pools;
}

std::vector<int64_t> examples_of(const std::vector<Draw>& draws) {
  std::vector<int64_t> out;
  for (const Draw& d : draws) out.push_back(d.example);
  return out;
}

TEST(Sampler, VisitsEveryExampleOnceBeforeAnyTwice) {
  Sampler sampler(SamplerMode::Iid, pools_of({7}), 3, 1);
  const std::vector<double> p{1.0};
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::set<int64_t> seen;
    for (int i = 0; i < 7; ++i) seen.insert(sampler.draw(epoch * 7 + i + 1, 1, 1, p)[0].example);
    EXPECT_EQ(seen.size(), 7U) << "epoch " << epoch;
  }
  EXPECT_DOUBLE_EQ(sampler.epochs()[0], 3.0);
}

TEST(Sampler, EqualWeightsDrawEqualBatchesWhateverCameBeforeInOtherDomains) {
  // b has drawn from a third domain before, which a has not: in the other two nothing has moved.
  Sampler a(SamplerMode::Iid, pools_of({50, 50, 50}), 9, 1),
      b(SamplerMode::Iid, pools_of({50, 50, 50}), 9, 1);
  const std::vector<double> p{0.3, 0.7, 0.0}, third{0, 0, 1};
  for (int step = 1; step <= 5; ++step) b.draw(step, 8, 1, third);
  EXPECT_EQ(b.drawn(), (std::vector<int64_t>{0, 0, 40}));
  for (int step = 6; step <= 10; ++step)
    EXPECT_EQ(examples_of(a.draw(step, 8, 1, p)), examples_of(b.draw(step, 8, 1, p)));
}

TEST(Sampler, BatchesAreSortedByDomainAndFollowTheWeights) {
  Sampler sampler(SamplerMode::Iid, pools_of({1000, 1000, 1000}), 1, 1);
  const std::vector<double> p{0.5, 0.3, 0.2};
  std::vector<double> count(3);
  for (int step = 1; step <= 1000; ++step) {
    const auto batch = sampler.draw(step, 16, 1, p);
    EXPECT_TRUE(std::is_sorted(batch.begin(), batch.end(),
                               [](const Draw& x, const Draw& y) { return x.domain < y.domain; }));
    for (const Draw& d : batch) ++count[static_cast<size_t>(d.domain)];
  }
  // 16,000 draws: a standard deviation of at most sqrt(.25 / 16000) = 0.004.
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(count[i] / 16000, p[i], 0.016);
}

TEST(Sampler, LargestRemainderStarvesNobodyWhenThereAreMoreDomainsThanPlaces) {
  Sampler sampler(SamplerMode::LargestRemainder, pools_of(std::vector<int64_t>(10, 5)), 1, 1);
  const std::vector<double> p(10, 0.1);
  for (int step = 1; step <= 5; ++step) sampler.draw(step, 4, 1, p);
  for (const int64_t n : sampler.drawn()) EXPECT_EQ(n, 2);  // 20 places over 10 equal domains
}

TEST(Sampler, MicrobatchesAreEachFromOneDomain) {
  Sampler sampler(SamplerMode::Microbatch, pools_of({9, 9, 9}), 2, 1);
  const std::vector<double> p{0.4, 0.3, 0.3};
  for (int step = 1; step <= 10; ++step) {
    const auto batch = sampler.draw(step, 12, 3, p);
    for (size_t i = 0; i < 12; ++i) EXPECT_EQ(batch[i].domain, batch[i / 4 * 4].domain);
  }
}

TEST(Sampler, QuotaRoundFillsAWholeRoundExactly) {
  Sampler sampler(SamplerMode::QuotaRound, pools_of({100, 100}), 2, 5);
  const std::vector<double> p{0.25, 0.75};
  for (int step = 1; step <= 5; ++step) sampler.draw(step, 8, 1, p);
  EXPECT_EQ(sampler.drawn(), (std::vector<int64_t>{10, 30}));
}

TEST(Sampler, QuotaBatchWithMoreDomainsThanPlacesIsRefused) {
  Sampler sampler(SamplerMode::QuotaBatch, pools_of(std::vector<int64_t>(9, 3)), 2, 5);
  const std::vector<double> p(9, 1.0 / 9);
  EXPECT_THROW(sampler.draw(1, 4, 1, p), Error);
}

TEST(Sampler, GivesTheShareOfEmptyDomainsToTheOthers) {
  Sampler sampler(SamplerMode::Iid, {{0, 1, 2}, {}}, 1, 1);
  const std::vector<double> p{0.1, 0.9};
  for (const Draw& d : sampler.draw(1, 20, 1, p)) EXPECT_EQ(d.domain, 0);
  const std::vector<double> none{0.0, 1.0};
  EXPECT_THROW(sampler.draw(2, 4, 1, none), Error);
  EXPECT_THROW(Sampler(SamplerMode::Iid, {{}, {}}, 1, 1), Error);
}

TEST(Sampler, GoesOnAfterSaveAndLoadAsIfNothingHadHappened) {
  for (const auto mode : {SamplerMode::Iid, SamplerMode::LargestRemainder, SamplerMode::QuotaRound}) {
    const auto pools = pools_of({11, 5, 3});
    const std::vector<double> p{0.5, 0.3, 0.2};
    Sampler whole(mode, pools, 4, 7), first(mode, pools, 4, 7), second(mode, pools, 4, 7);
    for (int step = 1; step <= 10; ++step) {
      whole.draw(step, 6, 1, p);
      first.draw(step, 6, 1, p);
    }
    second.load(nlohmann::json::parse(first.save().dump()));
    for (int step = 11; step <= 20; ++step)
      EXPECT_EQ(examples_of(whole.draw(step, 6, 1, p)), examples_of(second.draw(step, 6, 1, p)));
  }
}

}  // namespace
}  // namespace rnb
