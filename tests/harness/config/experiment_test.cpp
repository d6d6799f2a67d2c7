#include "harness/config/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/sha256.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Experiment natural() {
  Experiment e;
  set_key(e, "store", "stores/a", "test");
  return e;
}

std::string error_of(const std::string& key, const std::string& value) {
  Experiment e;
  try {
    set_key(e, key, value, "file x.ini:12");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Experiment, EveryKeyRoundTrips) {
  const Experiment defaults;
  for (const ExperimentKey& key : experiment_keys()) {
    Experiment e;
    const std::string value = get_key(defaults, key.name);
    if (value.empty()) continue;
    set_key(e, key.name, value, "test");
    EXPECT_EQ(get_key(e, key.name), value) << key.name;
    EXPECT_EQ(e.origin.at(key.name), "test");
  }
}

TEST(Experiment, NumbersAreReadExactly) {
  Experiment e;
  set_key(e, "lr", "3e-4", "t");
  set_key(e, "min_lr", "0.1", "t");  // underscores are as good as dashes
  set_key(e, "seed", "9007199254740991", "t");
  EXPECT_EQ(e.lr, 3e-4);
  EXPECT_EQ(e.min_lr, 0.1);
  EXPECT_EQ(e.seed, 9007199254740991U);
}

TEST(Experiment, UnknownKeyNamesThePlaceAndTheNearestKey) {
  EXPECT_THAT(error_of("shedule", "cosine"),
              AllOf(HasSubstr("x.ini:12"), HasSubstr("did you mean 'schedule'?")));
}

TEST(Experiment, BadValuesAreRefused) {
  EXPECT_THAT(error_of("steps", "many"), HasSubstr("expected a whole number"));
  for (const char* bad : {"", "1.5", "-3", "0", "1 ", "0x10", "99999999999999999999"})
    EXPECT_NE(error_of("steps", bad), "") << bad;
  for (const char* bad : {"nan", "inf", "-1", "1e-3x"}) EXPECT_NE(error_of("lr", bad), "") << bad;
  EXPECT_THAT(error_of("schedule", "cosin"), HasSubstr("did you mean 'cosine'?"));
  EXPECT_NE(error_of("method-option", "lambda"), "");
  EXPECT_NE(error_of("model", "a\nseed=2"), "");
}

TEST(Experiment, ALaterSourceWinsAndBringsItsOwnMethodOptions) {
  Experiment f;
  set_key(f, "method", "rnb lambda=3", "file a.ini:1");
  set_key(f, "method", "natural", "command line");
  EXPECT_TRUE(f.method_options.empty());
  Experiment g;  // either order on one command line
  set_key(g, "method-option", "lambda=1", "command line");
  set_key(g, "method", "rnb", "command line");
  EXPECT_EQ(get_key(g, "method-option"), "lambda=1");
}

TEST(Experiment, CanonicalTextDependsOnValuesOnly) {
  Experiment a = natural(), b = natural();
  set_key(b, "store", "elsewhere/a", "file x.ini:1");
  set_key(b, "lr", "0.001", "command line");  // the default, written out
  set_key(b, "log-every", "7", "command line");
  set_key(b, "threads", "3", "command line");
  EXPECT_EQ(canonical_text(a), canonical_text(b));
  set_key(b, "seed", "2", "command line");
  EXPECT_NE(canonical_text(a), canonical_text(b));
}

TEST(Experiment, CanonicalTextIsSortedLines) {
  const std::string text = canonical_text(natural());
  EXPECT_THAT(text, AllOf(HasSubstr("batch=16\nbeta1=0.9\nbeta2=0.999\nclip=1\ncontext=0\ndevice=cpu\n"),
                          HasSubstr("\nlr=0.001\n"), HasSubstr("\nseed=1\n"), Not(HasSubstr("stores/a"))));
}

TEST(Experiment, ADefaultMethodOptionWrittenOutIsTheSameRun) {
  Experiment a = natural(), b = natural();
  set_key(a, "method", "natural", "t");
  set_key(b, "method", "natural unit=examples", "t");
  EXPECT_EQ(canonical_text(a), canonical_text(b));
}

TEST(Experiment, RunIdIsMadeOfTextAndDigests) {
  const Experiment e = natural();
  const std::string id = run_id(e, "aa", "bb");
  EXPECT_EQ(id, sha256_hex(canonical_text(e) + "store-digest=aa\ngrouping-digest=bb\n").substr(0, 16));
  EXPECT_NE(id, run_id(e, "ab", "bb"));
  EXPECT_NE(id, run_id(e, "aa", "b"));
}

TEST(Experiment, ChecksAcrossFields) {
  EXPECT_NO_THROW(check_experiment(natural()));
  const auto refused = [](const std::string& key, const std::string& value) {
    Experiment e = natural();
    set_key(e, key, value, "t");
    EXPECT_THROW(check_experiment(e), UsageError) << key << " = " << value;
  };
  EXPECT_THROW(check_experiment(Experiment()), UsageError);  // no store
  refused("accumulation", "3");
  refused("min-lr", "1");
  refused("precision", "bf16");
  refused("device", "tpu");
  refused("track", "first");
  refused("track", "pattern:(");
  refused("method", "naturall");
  refused("method", "natural unti=tokens");
}

TEST(Experiment, ReproducerLineQuotesForTheShell) {
  Experiment e = natural();
  set_key(e, "track", "pattern:h\\.(1|2)", "t");
  EXPECT_EQ(reproducer_line(e),
            "rnb run --store stores/a --method natural --seed 1 --track 'pattern:h\\.(1|2)'");
}

}  // namespace
}  // namespace rnb
