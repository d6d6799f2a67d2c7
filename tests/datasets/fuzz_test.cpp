// Seeded mutations of good files: whatever the bytes, a reader gives rows or an Error, never a crash. Run
// under the asan preset to see reads out of bounds.

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/random.h"
#include "tests/datasets/small_store.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

std::string mutate(std::string text, Rng& rng) {
  const uint64_t times = 1 + rng.below(4);
  for (uint64_t i = 0; i < times && !text.empty(); ++i) {
    const size_t at = rng.below(text.size());
    switch (rng.below(4)) {
      case 0:
        text[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        text.erase(at, 1 + rng.below(8));
        break;
      case 2:
        text.insert(at, text.substr(rng.below(text.size()), 8));
        break;
      default:
        text[at] = "{}[]\",:\\0-9e(')"[rng.below(15)];
    }
  }
  return text;
}

TEST(Fuzz, JsonlRowsGiveAnExampleOrABadRow) {
  const ScratchFolder folder;
  const std::string good =
      R"({"text": "caf\u00e9 \ud83d\ude00", "domain": "d", "n": [1, {"a": -1e9}], "id": 12})";
  std::string rows;
  Rng rng(1, "fuzz/jsonl");
  for (int i = 0; i < 5'000; ++i) rows += mutate(good, rng) + "\n";
  SourceOptions options;
  options.from = folder.write("x.jsonl", rows);
  options.extra["id"] = "id";
  int examples = 0, bad = 0;
  for (const Row& row : read_all("jsonl", options)) {
    if (const auto* e = std::get_if<Example>(&row)) {
      ++examples;
      EXPECT_FALSE(e->id.empty() || e->completion.empty() || e->domain.empty());
    } else {
      ++bad;
      EXPECT_FALSE(std::get<BadRow>(row).reason.empty());
    }
  }
  EXPECT_GT(examples, 100);  // both outcomes were reached
  EXPECT_GT(bad, 100);
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
  Rng rng(2, "fuzz/store");
  int refused = 0;
  for (const auto& entry : fs::directory_iterator(options.out)) {
    if (!entry.is_regular_file()) continue;
    const std::string good = read_text_file(entry.path());
    for (int i = 0; i < 25; ++i) {
      folder.write(fs::path("store") / entry.path().filename(), mutate(good, rng));
      try {
        const Store store(options.out);
        int64_t sum = 0;
        for (int64_t e = 0; e < store.size(); ++e) {
          for (const int32_t token : store.tokens(e)) sum += token;
          for (const char c : store.text(e)) sum += c;
          for (const char c : store.example_id(e)) sum += c;
          EXPECT_LT(static_cast<size_t>(store.domain()[static_cast<size_t>(e)]), store.domain_names().size());
        }
        EXPECT_GE(store.size(), 1 + 0 * sum);
      } catch (const Error&) {
        ++refused;
      }
    }
    folder.write(fs::path("store") / entry.path().filename(), good);
  }
  EXPECT_GT(refused, 50);
  EXPECT_EQ(Store(options.out).size(), 8);
}

}  // namespace
}  // namespace rnb
