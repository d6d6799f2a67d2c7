#include "tests/base/fuzz.h"

#include <algorithm>

#include "base/json_file.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

TEST(Fuzz, JsonlRows) {
  const ScratchFolder folder;
  const std::string good =
      R"({"text": "caf\u00e9 \ud83d\ude00", "domain": "d", "n": [1, {"a": -1e9}], "id": 12})";
  int examples = 0, bad = 0;
  fuzz("jsonl", 20, [&](Rng& rng) {
    std::string rows;
    for (int i = 0; i < 100; ++i) rows += damaged(good, rng) + "\n";
    SourceOptions options;
    options.from = folder.write("x.jsonl", rows);
    options.extra["id"] = "id";
    for (const Row& row : read_all("jsonl", options)) {
      if (const auto* e = std::get_if<Example>(&row)) {
        ++examples;
        EXPECT_FALSE(e->id.empty() || e->completion.empty() || e->domain.empty());
      } else {
        ++bad;
        EXPECT_FALSE(std::get<BadRow>(row).reason.empty());
      }
    }
  });
  EXPECT_GT(examples, 0);  // both outcomes were reached
  EXPECT_GT(bad, 0);
}

TEST(Fuzz, WordNet) {
  const ScratchFolder folder;
  const std::string good =
      "  1 This software and database is being provided\n"
      "00001740 03 n 01 entity 0 003 ~ 00001930 n 0000 | that which is perceived; \"x\"\n"
      "00014490 00 s 02 galore(ip) 0 abounding(p) 0 001 & 00014358 a 0000 | existing in abundance\n";
  for (const char* part : {"data.noun", "data.verb", "data.adj", "data.adv"}) folder.write(part, good);
  SourceOptions options;
  options.from = folder.path();
  int examples = 0;
  fuzz("wordnet", 300, [&](Rng& rng) {
    folder.write("data.verb", damaged(good, rng, " |\n0123456789(_\""));
    for (const Row& row : read_all("wordnet", options))
      if (const auto* e = std::get_if<Example>(&row)) {
        ++examples;
        EXPECT_FALSE(e->completion.empty() || e->domain.empty());
      } else {
        EXPECT_FALSE(std::get<BadRow>(row).reason.empty());
      }
  });
  EXPECT_GT(examples, 0);
}

TEST(Fuzz, DeeplyNestedJsonIsOneRow) {
  const ScratchFolder folder;
  SourceOptions options;
  options.from =
      folder.write("x.jsonl", "{\"text\": \"a\", \"domain\": \"d\", \"x\": " + std::string(100'000, '[') +
                                  std::string(100'000, ']') + "}\n");
  EXPECT_EQ(read_all("jsonl", options).size(), 1U);
}

// Damages one file of a store and opens it; a store that opens must be readable to its last byte.
TEST(Fuzz, StoresOpenWholeOrNotAtAll) {
  const ScratchFolder folder;
  auto options = skills_options(folder.path() / "store");
  options.source.extra["examples"] = "8";
  prepare(options);
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::directory_iterator(options.out))
    if (entry.is_regular_file()) files.emplace_back(entry.path().filename(), read_text_file(entry.path()));
  std::sort(files.begin(), files.end());
  int refused = 0;
  fuzz("store", 150, [&](Rng& rng) {
    const auto& [name, good] = files[rng.below(files.size())];
    folder.write(fs::path("store") / name, damaged(good, rng));
    refused += !accepted([&] {
      const Store store(options.out);
      int64_t sum = 0;
      for (int64_t e = 0; e < store.size(); ++e) {
        for (const int32_t token : store.tokens(e)) sum += token;
        for (const char c : store.text(e)) sum += c;
        for (const char c : store.example_id(e)) sum += c;
        EXPECT_LT(static_cast<size_t>(store.domain()[static_cast<size_t>(e)]), store.domain_names().size());
      }
      EXPECT_GE(store.size(), 1 + 0 * sum);
    });
    folder.write(fs::path("store") / name, good);
  });
  EXPECT_GT(refused, 0);
  EXPECT_EQ(Store(options.out).size(), 8);
}

}  // namespace
}  // namespace rnb
