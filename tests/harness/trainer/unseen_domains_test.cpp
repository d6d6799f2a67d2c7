// A data set that is evaluated on domains which it does not train on (sni_test), end to end: what runs on its
// original domains, what cannot, and that Regroup makes it run.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/commands/cli.h"
#include "harness/grouping/grouping_resolver.h"
#include "models/text_encoder.h"
#include "results/event_log.h"
#include "results/run_file.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/sni_files.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class UnseenDomains : public testing::Test {
 protected:
  UnseenDomains() {
    write_sni_folder(folder_, 60);
    PrepareOptions options;
    options.dataset = "sni_test";
    options.source.from = folder_.path() / "ni";
    options.out = folder_.path() / "store";
    options.tokenizer = "train:300";
    notes_ = prepare(options).notes;
  }

  // The run's folder.
  fs::path run(const std::string& name, const std::string& method, const std::string& grouping) {
    const fs::path out = folder_.path() / name;
    EXPECT_EQ(call_command("run", {"--store", (folder_.path() / "store").string(), "--grouping", grouping,
                                   "--method", method, "--model", "pico", "--steps", "20", "--batch", "8",
                                   "--eval-every", "10", "--threads", "1", "--out", out.string()}),
              0);
    for (const auto& entry : fs::directory_iterator(out))
      if (entry.path().filename() != "proxies") return entry.path();
    return {};
  }

  ScratchFolder folder_;
  std::vector<std::string> notes_;
};

TEST_F(UnseenDomains, PrepareSaysThatNoDomainIsBothTrainedAndEvaluated) {
  EXPECT_THAT(notes_, testing::Contains(HasSubstr("1 of 3 domains have no training example")));
  EXPECT_THAT(notes_, testing::Contains(HasSubstr("rnb regroup")));
}

TEST_F(UnseenDomains, MethodsThatNeedNoEvaluationOfTheirDomainsRunOnTheOriginalOnes) {
  for (const char* method : {"natural", "stratified", "dga", "skillit"}) {
    const fs::path file = run(method, method, "original") / "run.h5";
    EXPECT_THAT(validate_run(file), IsEmpty()) << method;
    const RunSummary summary = read_run(file);
    EXPECT_EQ(summary.status, "complete");
    EXPECT_GT(summary.test_loss, 0);
  }
}

TEST_F(UnseenDomains, RnbOnTheOriginalDomainsEndsAtItsStartSayingWhatToDo) {
  for (const char* method : {"rnb", "loss_softmax", "eval_proportional"}) {
    const std::string error = error_of([&] { run(method, method, "original"); });
    EXPECT_THAT(error, HasSubstr(std::string(method) + " weighs a domain by its own place in the evaluation"))
        << method;
    EXPECT_THAT(error, HasSubstr("none of the 1 domains that are evaluated has training examples"));
    EXPECT_THAT(error, HasSubstr("rnb regroup"));
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / method))
      EXPECT_NE(entry.path().filename(), "events.jsonl");  // nothing was begun
  }
}

TEST_F(UnseenDomains, RegroupGivesEvaluationExamplesToTrainingClustersAndRnbRuns) {
  try {
    default_encoder_folder();
  } catch (const Error& e) {
    GTEST_SKIP() << e.what();
  }
  const std::string store = (folder_.path() / "store").string();
  EXPECT_EQ(call_command("regroup", {"--store", store, "--embedder", "static", "--k", "3", "--threads", "1"}),
            0);
  const Store prepared(store);
  const Grouping g = resolve_grouping(prepared, "regroup:k=3,embedder=static");
  const auto train = count_domains(prepared, g, Split::Train),
             valid = count_domains(prepared, g, Split::Valid), test = count_domains(prepared, g, Split::Test);
  int64_t evaluated = 0;
  for (size_t c = 0; c < g.domain_names.size(); ++c) {
    EXPECT_GT(train.examples[c], 0);
    evaluated += valid.examples[c] + test.examples[c];
  }
  EXPECT_EQ(evaluated, 60);  // every instance of the test task
  const fs::path run_folder = run("regrouped", "rnb", "regroup:k=3,embedder=static");
  EXPECT_THAT(validate_run(run_folder / "run.h5"), IsEmpty());
  EXPECT_EQ(read_run(run_folder / "run.h5").status, "complete");
  int mixtures = 0;
  for (const auto& event : read_events(run_folder / "events.jsonl")) {
    mixtures += event.at("event") == "mixture" && event.at("step") > 0;
    if (event.at("event") == "warning") EXPECT_NE(event.at("code"), "zero_norm");
  }
  EXPECT_GT(mixtures, 0);
}

}  // namespace
}  // namespace rnb
