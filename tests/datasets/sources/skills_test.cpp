#include <iterator>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

std::vector<int> tokens_of(const Example& e) {
  std::istringstream in(e.completion);
  return {std::istream_iterator<int>(in), {}};
}

// What the mixing matrix promises: domains 0 and 1 share tables, domain 3 stands almost alone. The share of
// domain a's transitions that domain b shows too says so without looking at the tables.
TEST(Skills, DomainsOverlapAsTheirTablesDo) {
  SourceOptions options;
  options.extra["examples"] = "4000";
  std::vector<std::set<std::pair<int, int>>> seen(4);
  std::vector<int> count(4);
  for (const Row& row : read_all("skills", options)) {
    const Example& e = std::get<Example>(row);
    const auto d = static_cast<size_t>(e.domain.back() - '0');
    const auto tokens = tokens_of(e);
    ++count.at(d);
    ASSERT_EQ(tokens.size(), 33U);
    for (size_t i = 0; i < tokens.size(); ++i) {
      ASSERT_GE(tokens[i], 0);
      ASSERT_LT(tokens[i], 64);
      if (i > 0) seen[d].insert({tokens[i - 1], tokens[i]});
    }
  }
  EXPECT_THAT(count, testing::ElementsAre(1000, 1000, 1000, 1000));
  const auto shared = [&](size_t a, size_t b) {
    double both = 0;
    for (const auto& t : seen[a]) both += static_cast<double>(seen[b].count(t));
    return both / static_cast<double>(seen[a].size());
  };
  EXPECT_GT(shared(0, 1), 0.9);  // tables 0 and 1 are both in domain 1
  EXPECT_LT(shared(0, 3), 0.4);  // by chance only: 2 tables of 3 successors among 64 tokens
}

TEST(Skills, EvaluationWeightsAreGivenOrChosen) {
  const auto weights = [](std::map<std::string, std::string> extra) {
    SourceOptions options;
    options.extra = std::move(extra);
    std::vector<double> out;
    for (const auto& [name, w] : open_source(source_spec("skills"), options)->evaluation_weights())
      out.push_back(w);
    return out;
  };
  EXPECT_THAT(weights({}), testing::ElementsAre(0.1, 0.2, 0.2, 0.5));
  EXPECT_THAT(weights({{"evaluation", "1,1,2,0"}}), testing::ElementsAre(0.25, 0.25, 0.5, 0));
  EXPECT_THAT(weights({{"eval", "2"}}), testing::ElementsAre(0, 0, 1, 0));
  for (const char* wrong : {"1,1,1", "1,1,1,1,1", "1,1,1,-1", "0,0,0,0", "nan,1,1,1", "inf,1,1,1", "a,b,c,d"})
    EXPECT_THROW(weights({{"evaluation", wrong}}), UsageError) << wrong;
  for (const char* wrong : {"4", "-1", "01", "x"})
    EXPECT_THROW(weights({{"eval", wrong}}), UsageError) << wrong;
  EXPECT_THROW(weights({{"examples", "3"}}), UsageError);
}

}  // namespace
}  // namespace rnb
