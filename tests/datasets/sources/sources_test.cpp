#include <cmath>
#include <set>

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::HasSubstr;

const Example& example(const std::vector<Row>& rows, size_t i) {
  return std::get<Example>(rows.at(i));
}
const BadRow& bad(const std::vector<Row>& rows, size_t i) {
  return std::get<BadRow>(rows.at(i));
}

SourceOptions from(const std::filesystem::path& path) {
  SourceOptions options;
  options.from = path;
  return options;
}

TEST(SourceRegistry, NamesEverySourceAndSuggestsOne) {
  std::vector<std::string> names;
  for (const SourceSpec& spec : source_specs()) names.push_back(spec.name);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, testing::IsSupersetOf({"dolly", "jsonl", "skills", "wordnet"}));
  EXPECT_THAT(error_of([] { source_spec("doly"); }), HasSubstr("did you mean 'dolly'?"));
}

TEST(Jsonl, ReadsNamedColumns) {
  const ScratchFolder folder;
  SourceOptions options =
      from(folder.write("x.jsonl",
                        "{\"q\": \"2+2?\", \"a\": \"4\", \"kind\": \"maths\", \"key\": 17}\r\n\n"
                        "{\"q\": \"caf\\u00e9?\", \"a\": \"ja\", \"kind\": \"words\", \"key\": \"b\"}"));
  options.extra = {{"prompt", "q"}, {"completion", "a"}, {"domain", "kind"}, {"id", "key"}};
  const auto rows = read_all("jsonl", options);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(example(rows, 0).id, "17");
  EXPECT_EQ(example(rows, 0).prompt, "2+2?");
  EXPECT_EQ(example(rows, 0).completion, "4");
  EXPECT_EQ(example(rows, 0).domain, "maths");
  EXPECT_EQ(example(rows, 1).prompt, "caf\xc3\xa9?");
}

TEST(Jsonl, SaysWhereAndWhyARowIsBad) {
  const ScratchFolder folder;
  const auto file = folder.write("x.jsonl",
                                 "{\"text\": \"a\", \"domain\": \"d\"}\n"
                                 "{\"text\": \"a\"\n"
                                 "[1]\n"
                                 "\n"
                                 "{\"domain\": \"d\"}\n"
                                 "{\"text\": \"\", \"domain\": \"d\"}\n"
                                 "{\"text\": [\"a\"], \"domain\": \"d\"}\n"
                                 "{\"text\": \"\xff\", \"domain\": \"d\"}\n"
                                 "{\"text\": \"a\", \"domain\": \"\"}\n");
  const auto rows = read_all("jsonl", from(file));
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(example(rows, 0).id, "line-1");
  const std::vector<std::pair<int, std::string>> expected{
      {2, "not valid JSON"},          {3, "not a JSON object"},        {5, "\"text\" is missing"},
      {6, "the completion is empty"}, {7, "\"text\" is not a string"}, {8, "not valid JSON"},
      {9, "the domain is empty"}};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(bad(rows, i + 1).where, file.string() + ":" + std::to_string(expected[i].first));
    EXPECT_THAT(bad(rows, i + 1).reason, HasSubstr(expected[i].second));
  }
}

TEST(Jsonl, CutsALineThatNeverEndsAndGoesOn) {
  const ScratchFolder folder;
  const auto rows =
      read_all("jsonl", from(folder.write("x.jsonl", std::string((64 << 20) + 2, 'x') +
                                                         "\n{\"text\": \"a\", \"domain\": \"d\"}\n")));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(bad(rows, 0).reason, HasSubstr("longer than 64 MiB"));
  EXPECT_EQ(example(rows, 1).id, "line-2");
}

TEST(Jsonl, SubsetHoldsTheSameIdsForAnyOrderOfTheFile) {
  const ScratchFolder folder;
  std::string forward, backward;
  for (int i = 0; i < 100; ++i) {
    const std::string line = "{\"text\": \"t\", \"domain\": \"d\", \"id\": " + std::to_string(i) + "}\n";
    forward += line + "\n";  // blank lines count for nothing
    backward.insert(0, line);
  }
  const auto ids = [&](const std::string& text, uint64_t seed) {
    SourceOptions options = from(folder.write("x.jsonl", text));
    options.extra["id"] = "id";
    options.limit = 30;
    options.seed = seed;
    std::set<std::string> out;
    for (const Row& row : read_all("jsonl", options)) out.insert(std::get<Example>(row).id);
    return out;
  };
  EXPECT_EQ(ids(forward, 1).size(), 30U);
  EXPECT_EQ(ids(forward, 1), ids(backward, 1));
  EXPECT_NE(ids(forward, 1), ids(forward, 2));
}

TEST(Jsonl, RefusesAMissingFileAndTwoNamesForOneColumn) {
  const ScratchFolder folder;
  SourceOptions options = from(folder.path() / "no.jsonl");
  EXPECT_THAT(error_of([&] { read_all("jsonl", options); }), HasSubstr("no.jsonl"));
  EXPECT_THROW(read_all("jsonl", from(folder.path())), Error);
  EXPECT_THROW(read_all("jsonl", {}), UsageError);
  options.extra = {{"text", "a"}, {"completion", "b"}};
  EXPECT_THROW(read_all("jsonl", options), UsageError);
}

TEST(Dolly, JoinsInstructionAndContextAndChecksTheCategory) {
  const ScratchFolder folder;
  folder.write("databricks-dolly-15k.jsonl",
               R"({"instruction": "Name a fish", "context": "", "response": "Cod", "category": "open_qa"}
{"instruction": "Sum up", "context": "Long.", "response": "Short.", "category": "summarization"}
{"instruction": "Sum up", "context": "Long.", "response": "Short.", "category": "poetry"}
{"instruction": "Sum up", "context": "Long.", "category": "summarization"}
)");
  const auto rows = read_all("dolly", from(folder.path()));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(example(rows, 0).id, "dolly-1");
  EXPECT_EQ(example(rows, 0).prompt, "Name a fish\n\n");
  EXPECT_EQ(example(rows, 0).completion, "Cod");
  EXPECT_EQ(example(rows, 1).prompt, "Sum up\n\nLong.\n\n");
  EXPECT_EQ(example(rows, 1).domain, "summarization");
  EXPECT_THAT(bad(rows, 2).reason, HasSubstr("'poetry'; expected one of brainstorming"));
  EXPECT_THAT(bad(rows, 3).reason, HasSubstr("\"response\" is missing"));
}

// Lines made up in the format of wndb(5WN); lexicographer files by lexnames(5WN): 05 noun.animal, 44 adj.ppl,
// 31 verb.cognition.
TEST(WordNet, TurnsDataLinesIntoHeadwordAndGloss) {
  const ScratchFolder folder;
  folder.write("data.noun", "  1 the licence\n00000042 05 n 01 sea_cow 0 000 | eats grass; \"moo\"  \n");
  folder.write("data.verb", "00000042 31 v 01 ponder 0 000 | think hard  \n00000043 77 v 01 x 0 000 | y\n");
  folder.write("data.adj", "00000007 44 s 01 galore(ip) 0 000 | in plenty  \n00000008 00 a 01 bare 0 000\n");
  folder.write("data.adv", "short\n");
  const auto rows = read_all("wordnet", from(folder.path()));
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(example(rows, 0).id, "n00000042");
  EXPECT_EQ(example(rows, 0).prompt, "sea cow: ");
  EXPECT_EQ(example(rows, 0).completion, "eats grass; \"moo\"");
  EXPECT_EQ(example(rows, 0).domain, "noun.animal");
  EXPECT_EQ(example(rows, 1).id, "v00000042");
  EXPECT_EQ(example(rows, 1).domain, "verb.cognition");
  EXPECT_EQ(bad(rows, 2).where, (folder.path() / "data.verb").string() + ":2");
  EXPECT_THAT(bad(rows, 2).reason, HasSubstr("'77'; expected 00 to 44"));
  EXPECT_EQ(example(rows, 3).prompt, "galore: ");
  EXPECT_EQ(example(rows, 3).domain, "adj.ppl");
  EXPECT_THAT(bad(rows, 4).reason, HasSubstr("no gloss"));
  EXPECT_THAT(bad(rows, 5).reason, HasSubstr("fewer than 5 fields"));
}

TEST(WordNet, SaysHowToGetTheFiles) {
  const ScratchFolder folder;
  EXPECT_THAT(error_of([&] { read_all("wordnet", from(folder.path())); }), HasSubstr("wordnet-base"));
}

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
