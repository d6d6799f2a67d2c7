#include "tests/base/fuzz.h"

#include <algorithm>

#include "base/json_file.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"
#include "tests/datasets/write_parquet.h"

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

// Bad rows and errors, but never a crash; what is an example is whole.
int examples_of(const std::string& dataset, const SourceOptions& options) {
  int examples = 0;
  accepted([&] {
    for (const Row& row : read_all(dataset, options))
      if (const auto* e = std::get_if<Example>(&row)) {
        ++examples;
        EXPECT_FALSE(e->id.empty() || e->completion.empty() || e->domain.empty());
      } else {
        EXPECT_FALSE(std::get<BadRow>(row).reason.empty());
      }
  });
  return examples;
}

TEST(Fuzz, SniTaskFiles) {
  const ScratchFolder folder;
  const std::string good = sni_task_text("Sums", sni_instances(1, 3));
  SourceOptions options;
  options.from = folder.path();
  int whole = 0, part = 0;
  fuzz("sni", 500, [&](Rng& rng) {
    folder.write("task1_t.json", damaged(good, rng));
    const int n = examples_of("sni", options);
    whole += n == 3;
    part += n < 3;
  });
  EXPECT_GT(whole, 0);
  EXPECT_GT(part, 0);
}

TEST(Fuzz, SniListsAndCategories) {
  const ScratchFolder folder;
  write_sni_folder(folder, 2);
  folder.write("flat/train/task1_t.jsonl",
               R"({"task_name": "task1_t", "id": "a", "definition": "Do", "inputs": "q", "targets": "t"})");
  const std::string list = "task1_t\ntask2_t\ntask3_t\n", table = "task\tcategory\ntask1_t\tsums\n";
  SourceOptions official, flat;
  official.from = folder.path() / "ni";
  flat.from = folder.path() / "flat";
  flat.extra["categories"] = (folder.path() / "c.tsv").string();
  int examples = 0;
  fuzz("sni lists", 300, [&](Rng& rng) {
    folder.write("ni/splits/default/train_tasks.txt", damaged(list, rng, "\n\r task_1.json"));
    folder.write("c.tsv", damaged(table, rng, "\t\n\r task"));
    examples += examples_of("sni_test", official) + examples_of("sni", flat);
  });
  EXPECT_GT(examples, 0);
}

TEST(Fuzz, S1Lines) {
  const ScratchFolder folder;
  const std::string good =
      R"({"question": "q", "solution": "s", "source_type": "d", "thinking_trajectories": ["a", "b"], "attempt": "Answer: 1"})";
  SourceOptions options;
  int examples = 0;
  fuzz("s1", 20, [&](Rng& rng) {
    std::string rows;
    for (int i = 0; i < 100; ++i) rows += damaged(good, rng) + "\n";
    options.from = folder.write("x.jsonl", rows);
    examples += examples_of("s1", options);
  });
  EXPECT_GT(examples, 0);
}

// Each round starts Python: few rounds here, many in the minute under `slow`.
TEST(Fuzz, ParquetFiles) {
  if (!pyarrow_is_there()) GTEST_SKIP() << ".venv has no pyarrow: scripts/setup.sh installs it";
  const ScratchFolder folder;
  nlohmann::json rows;
  for (int i = 0; i < 20; ++i)
    rows.push_back({{"question", "q" + std::to_string(i)}, {"solution", "s"}, {"source_type", "d"}});
  const std::string good = read_text_file(write_parquet(folder, "good.parquet", rows, 5));
  SourceOptions options;
  int whole = 0, part = 0;
  fuzz("parquet", 6, [&](Rng& rng) {
    options.from = folder.write("x.parquet", damaged(good, rng));
    const int n = examples_of("s1", options);
    whole += n == 20;
    part += n < 20;
  });
  EXPECT_GT(whole + part, 0);
}

// What the reader of Parquet files sends.
TEST(Fuzz, ParquetMessages) {
  const ScratchFolder folder;
  const std::string good =
      "{\"rows\": [2]}\n{\"file\": 0, \"row\": 1, \"values\": {\"question\": \"q\", \"solution\": \"s\", "
      "\"source_type\": \"d\"}}\n{\"file\": 0, \"row\": 2, \"values\": {\"question\": \"q\", \"solution\": "
      "\"s\", "
      "\"source_type\": \"d\"}}\n{\"end\": 2}\n";
  ::setenv("RNB_PYTHON", "/bin/sh", 1);
  ::setenv("RNB_PARQUET_READER",
           folder.write("reader.sh", "cat '" + (folder.path() / "sent").string() + "'").c_str(), 1);
  SourceOptions options;
  options.from = folder.write("x.parquet", "PAR1");
  folder.write("sent", good);
  EXPECT_EQ(examples_of("s1", options), 2);
  folder.write("sent", "{\"rows\": [1]}\n{\"file\": [0], \"row\": 1, \"values\": {}}\n{\"end\": 1}\n");
  EXPECT_THROW(read_all("s1", options), Error);
  fuzz("parquet messages", 100, [&](Rng& rng) {
    folder.write("sent", damaged(good, rng));
    examples_of("s1", options);
  });
  ::unsetenv("RNB_PYTHON");
  ::unsetenv("RNB_PARQUET_READER");
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
