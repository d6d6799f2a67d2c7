#include "datasets/prepare.h"

#include <map>

#include <gmock/gmock.h>

#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/store/grouping.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

// Every file of a folder and its content.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) out[fs::relative(entry.path(), folder)] = read_text_file(entry.path());
  return out;
}

PrepareOptions jsonl_options(const ScratchFolder& folder, const std::string& rows) {
  PrepareOptions options;
  options.dataset = "jsonl";
  options.source.from = folder.write("x.jsonl", rows);
  options.out = folder.path() / "store";
  options.tokenizer = "train:300";
  options.threads = 1;
  return options;
}

std::string numbered_rows(int n) {
  std::string rows;
  for (int i = 0; i < n; ++i)
    rows += fmt::format(R"({{"text": "number {} is written here", "domain": "{}"}})"
                        "\n",
                        i, i % 3 ? "b" : "a");
  return rows;
}

TEST(Prepare, WritesTheExamplesOfTheSourceInOrder) {
  const ScratchFolder folder;
  const auto options = skills_options(folder.path() / "store");
  const auto summary = prepare(options);
  EXPECT_EQ(summary.examples, 200);
  EXPECT_EQ(summary.tokens, 200 * 33);
  EXPECT_EQ(summary.domains, 4);
  EXPECT_FALSE(summary.reused);
  const Store store(folder.path() / "store");
  const auto tokenizer = store.tokenizer();
  const auto rows = read_all("skills", options.source);
  ASSERT_EQ(store.size(), static_cast<int64_t>(rows.size()));
  for (int64_t i = 0; i < store.size(); ++i) {
    const Example& e = std::get<Example>(rows[static_cast<size_t>(i)]);
    EXPECT_EQ(store.example_id(i), e.id);
    EXPECT_EQ(store.text(i), e.completion);
    EXPECT_EQ(tokenizer->decode(store.tokens(i)), e.completion);
    EXPECT_EQ(store.domain_names()[static_cast<size_t>(store.domain()[static_cast<size_t>(i)])], e.domain);
    EXPECT_EQ(store.split(i), split_of(e.id, options.seed));
  }
}

TEST(Prepare, PutsBosPromptCompletionAndEosInALine) {
  const ScratchFolder folder;
  std::string rows;
  for (int i = 0; i < 200; ++i)
    rows += fmt::format(R"({{"q": "What is {}?", "text": " It is a number.", "domain": "d"}})"
                        "\n",
                        i);
  auto options = jsonl_options(folder, rows);
  options.source.extra["prompt"] = "q";
  prepare(options);
  const Store store(options.out);
  const auto tokenizer = store.tokenizer();
  const auto tokens = store.tokens(7);
  const auto from = static_cast<size_t>(store.loss_from(7));
  ASSERT_GT(tokens.size(), from + 1);
  EXPECT_EQ(tokens.front(), tokenizer->bos_id());
  EXPECT_EQ(tokens.back(), tokenizer->eos_id());
  EXPECT_EQ(tokenizer->decode(tokens.subspan(1, from - 1)), "What is 7?");
  EXPECT_EQ(tokenizer->decode(tokens.subspan(from, tokens.size() - from - 1)), " It is a number.");

  options.loss_on = LossOn::All;
  options.existing = ExistingStore::Replace;
  EXPECT_FALSE(prepare(options).reused);
  EXPECT_EQ(Store(options.out).loss_from(7), 0);
}

TEST(Prepare, GivesTheSameBytesForAnyNumberOfThreads) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(5000));  // more than one block of 2048
  prepare(options);
  const auto one = contents(options.out);
  options.threads = 5;
  options.out = folder.path() / "five";
  prepare(options);
  EXPECT_TRUE(one == contents(options.out));
}

TEST(Prepare, ReusesAStoreOfTheSameRequestOnly) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(300));
  const auto first = prepare(options);
  const auto again = prepare(options);
  EXPECT_TRUE(again.reused);
  EXPECT_EQ(again.examples, first.examples);
  EXPECT_EQ(again.tokens, first.tokens);
  options.threads = 2;  // says how, not what
  EXPECT_TRUE(prepare(options).reused);
}

TEST(Prepare, RefusesAStoreOfOtherOptionsAndSaysWhich) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(300));
  options.source.extra["prompt"] = "";
  prepare(options);
  const auto before = contents(options.out);
  options.source.limit = 200;
  options.seed = options.source.seed = 5;
  options.loss_on = LossOn::All;
  options.source.extra = {{"id", "text"}};
  folder.write("x.jsonl", numbered_rows(301));
  const std::string message = error_of([&] { prepare(options); });
  for (const char* part : {"--limit 0 (now 200)", "--seed 0 (now 5)", "--loss-on completion (now all)",
                           "source file x.jsonl (changed)", "--option id not given (now text)",
                           "--option prompt '' (now not given)", "--force", "another --out"})
    EXPECT_THAT(message, HasSubstr(part));
  EXPECT_THAT(message, testing::Not(HasSubstr("--tokenizer")));
  EXPECT_TRUE(before == contents(options.out));
}

TEST(Prepare, ForceKeepsWhatIsStillTrueAndSaysWhatIsNot) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(300));
  prepare(options);
  {
    const Store store(options.out);
    save_grouping(store, random_grouping(store, 2, 1), {}, 0);
  }
  folder.write("store/embeddings/abc.npy", "vectors");
  folder.write("store/notes.txt", "mine");

  options.tokenizer = "train:310";  // the texts stay
  options.existing = ExistingStore::Replace;
  EXPECT_THAT(prepare(options).left_behind, testing::ElementsAre("grouping random-k2-s1"));
  EXPECT_FALSE(fs::exists(options.out / "groupings/random-k2-s1"));
  EXPECT_EQ(read_text_file(options.out / "embeddings/abc.npy"), "vectors");
  EXPECT_EQ(read_text_file(options.out / "notes.txt"), "mine");
  EXPECT_EQ(Store(options.out).vocab_size(), 310);

  folder.write("x.jsonl", numbered_rows(301));
  EXPECT_THAT(prepare(options).left_behind, testing::ElementsAre("embeddings"));
  EXPECT_FALSE(fs::exists(options.out / "embeddings"));
  EXPECT_EQ(read_text_file(options.out / "notes.txt"), "mine");
  EXPECT_TRUE(prepare(options).reused);
}

// Cut, and changed without a change of size.
TEST(Prepare, MakesADamagedStoreAgainWithItsGroupings) {
  const ScratchFolder folder;
  const auto options = skills_options(folder.path() / "store");
  prepare(options);
  {
    const Store store(options.out);
    save_grouping(store, random_grouping(store, 2, 1), {}, 0);
  }
  folder.write("store/embeddings/abc.npy", "vectors");
  const auto whole = contents(options.out);
  fs::resize_file(options.out / "tokens.npy", 300);
  EXPECT_FALSE(prepare(options).reused);
  EXPECT_TRUE(whole == contents(options.out));
  std::string text = read_text_file(options.out / "text.npy");
  text.back() = text.back() == '0' ? '1' : '0';
  folder.write("store/text.npy", text);
  const auto again = prepare(options);
  EXPECT_FALSE(again.reused);
  EXPECT_TRUE(again.left_behind.empty());
  EXPECT_TRUE(whole == contents(options.out));
}

TEST(Prepare, StopsAtABadRowOrSkipsAndCountsIt) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(300) + "{\"text\": 1.5, \"domain\": \"a\"}\n");
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("x.jsonl:301: \"text\" is not a string"));
  EXPECT_FALSE(fs::exists(options.out));
  options.bad_rows = BadRows::Skip;
  const auto summary = prepare(options);
  EXPECT_EQ(summary.bad_rows, 1);
  EXPECT_EQ(summary.examples, 300);
  EXPECT_EQ(prepare(options).bad_rows, 1);  // reused
}

TEST(Prepare, RefusesRepeatedIdsUnknownOptionsAndForeignFolders) {
  const ScratchFolder folder;
  auto options = jsonl_options(folder, numbered_rows(300) + numbered_rows(1));
  options.source.extra["id"] = "text";
  EXPECT_THAT(error_of([&] { prepare(options); }),
              HasSubstr("example number 0 is written here: the id appears twice"));
  options.source.extra = {{"domian", "x"}};
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("did you mean 'domain'?"));
  options = skills_options(folder.path() / "mine");
  folder.write("mine/thesis.txt", "do not replace");
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("not a prepared store"));
  folder.write("mine/manifest.json", "[]");
  EXPECT_THROW(prepare(options), Error);
  EXPECT_EQ(read_text_file(folder.path() / "mine/thesis.txt"), "do not replace");
}

TEST(Prepare, WarnsOfADomainWithoutTrainingExamples) {
  const ScratchFolder folder;
  int i = 0;
  while (split_of("lonely-" + std::to_string(i), 0) == Split::Train) ++i;
  std::string rows;
  for (int n = 0; n < 300; ++n)
    rows += fmt::format(R"({{"text": "number {}", "domain": "many", "id": "{}"}})"
                        "\n",
                        n, n);
  rows += fmt::format(R"({{"text": "one", "domain": "few", "id": "lonely-{}"}})"
                      "\n",
                      i);
  auto options = jsonl_options(folder, rows);
  options.source.extra["id"] = "id";
  const auto notes = prepare(options).notes;
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], testing::AllOf(HasSubstr("1 of 2 domains have no training example"),
                                       testing::EndsWith(": few")));
  EXPECT_EQ(prepare(options).notes, notes);  // reused
}

TEST(Prepare, ManifestAccountsForEveryPart) {
  const ScratchFolder folder;
  const auto options = jsonl_options(folder, numbered_rows(300));
  prepare(options);
  const Store store(options.out);
  const auto& manifest = store.manifest();
  EXPECT_EQ(manifest.at("request").at("files").at("x.jsonl"), sha256_file(options.source.from));
  EXPECT_EQ(manifest.at("tokenizer").at("sha256"), store.tokenizer()->digest());
  for (const auto& entry : fs::directory_iterator(options.out))
    if (entry.path().extension() == ".npy")
      EXPECT_EQ(manifest.at("sha256").at(entry.path().filename().string()), sha256_file(entry.path()));
  EXPECT_EQ(store.domain_names(), (std::vector<std::string>{"a", "b"}));
  std::map<std::string, int> counts;
  for (const char* split : {"train", "valid", "test"})
    for (const char* domain : {"a", "b"})
      counts[domain] += manifest.at("counts").at(domain).at(split).get<int>();
  EXPECT_EQ(counts["a"], 100);
  EXPECT_EQ(counts["b"], 200);
}

// Two source files of one name: both are in the manifest, and a change of either is seen.
TEST(Prepare, SourceFilesOfOneNameAreToldApart) {
  const ScratchFolder folder;
  write_flat_sni(folder);
  const auto a = folder.write("a/tasks.tsv", "task\tcategory\ntask1_t\tsums\n"),
             b = folder.write("b/tasks.tsv", "task\tcategory\ntask2_t\tsums\ntask4_t\ttitles\n");
  PrepareOptions options;
  options.dataset = "sni";
  options.source = options_from(folder.path() / "flat", {{"categories", a.string() + "," + b.string()}});
  options.out = folder.path() / "store";
  options.tokenizer = "train:300";
  prepare(options);
  const auto files = Store(options.out).manifest().at("request").at("files");
  EXPECT_EQ(files.at("a/tasks.tsv"), sha256_file(a));
  EXPECT_EQ(files.at("b/tasks.tsv"), sha256_file(b));
  EXPECT_EQ(files.at("task1_t.jsonl"), sha256_file(folder.path() / "flat/train/task1_t.jsonl"));
  EXPECT_TRUE(prepare(options).reused);
  folder.write("a/tasks.tsv", "task\tcategory\ntask1_t\twords\n");
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("source file a/tasks.tsv (changed)"));
}

// Standard deviations: sqrt(n q (1 - q)) with n = 20,000.
TEST(SplitOf, GivesNinetyFiveFive) {
  std::array<int, 3> counts{};
  int moved = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string id = "example-" + std::to_string(i);
    ++counts[static_cast<size_t>(split_of(id, 1))];
    moved += split_of(id, 1) != split_of(id, 2);
  }
  EXPECT_NEAR(counts[0], 18'000, 5 * 42.4);
  EXPECT_NEAR(counts[1], 1'000, 5 * 30.8);
  EXPECT_NEAR(counts[2], 1'000, 5 * 30.8);
  EXPECT_NEAR(moved, 20'000 * (1 - 0.81 - 2 * 0.0025), 5 * 54.9);  // two seeds are independent
}

}  // namespace
}  // namespace rnb
