#include <cerrno>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/child_process.h"
#include "base/error.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kExample = "python3 '" RNB_SOURCE_DIR "/docs/exec_example.py'";
const ExampleOptions kExampleOptions("exec", [](const Domains&) {
  return std::map<std::string, std::string>{{"command", kExample}};
});

constexpr auto kLong = std::chrono::seconds(30);

TEST(SplitCommand, WordsAreThoseOfAShell) {
  EXPECT_THAT(split_command("  a  b\tc "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_command("a 'b  \"c' \"d 'e\"f"), ElementsAre("a", "b  \"c", "d 'ef"));
  EXPECT_THAT(split_command(R"(a\ b "\"\\\n" '\' '')"), ElementsAre("a b", R"("\\n)", "\\", ""));
  EXPECT_THAT(split_command("$HOME *"), ElementsAre("$HOME", "*"));
  EXPECT_THROW(split_command("a 'b"), ChildFailure);
  EXPECT_THROW(split_command("   "), ChildFailure);
}

TEST(ChildProcess, LongLinesGoThroughWhole) {
  ChildProcess cat({"cat"});
  const std::string line(3'000'000, 'x');
  // cat gives back while it reads, so the line is written in pieces that fit its buffers.
  for (size_t at = 0; at < line.size(); at += 30'000) {
    cat.write_line(line.substr(at, 30'000), kLong);
    EXPECT_EQ(cat.read_line(kLong).size(), 30'000U);
  }
}

TEST(ChildProcess, IsKilledWithItsOwnChildrenAndReaped) {
  pid_t pid = 0;
  {
    ChildProcess child({"sh", "-c", "sleep 1000 & echo started; wait"});
    EXPECT_EQ(child.read_line(kLong), "started");
    pid = child.pid();
  }
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcess, ItsEndIsToldFromTheOutside) {
  const auto failure = [](const std::string& script) -> std::string {
    ChildProcess child({"sh", "-c", script});
    try {
      child.write_line("x", kLong);
      child.read_line(kLong);
      child.write_line("y", kLong);
      child.read_line(kLong);
    } catch (const ChildFailure& e) {
      return e.what();
    }
    return "no failure";
  };
  EXPECT_EQ(failure("read x; echo $x; exit 3"), "it ended with status 3");
  EXPECT_EQ(failure("read x; echo $x; kill -9 $$"), "it was ended by signal 9");
}

Domains two_domains() {
  Domains d;
  d.names = {"a", "b"};
  d.train_examples = d.train_tokens = d.valid_examples = {10, 20};
  d.evaluation = {0.5, 0.5};
  d.total_steps = 10;
  return d;
}

std::map<std::string, std::string> shell(const std::string& script, const std::string& timeout = "30") {
  return {{"command", "sh -c '" + script + "'"}, {"timeout", timeout}};
}

const std::string kGoodInit =
    R"(read l; echo "{\"sampling\": [0.25, 0.75], \"needs\": {\"eval_every\": 5}}"; )";

// The error of init and one evaluation.
std::string error_of(const std::map<std::string, std::string>& options) {
  Services services;
  try {
    const auto mixer = make_mixer("exec", options);
    mixer->init(two_domains(), services);
    mixer->on_eval({5, std::vector<double>{1, 2}, std::vector<int64_t>{3, 4}}, services);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Exec, WhatItAsksForIsReadFromItsFirstAnswer) {
  const auto mixer = make_mixer("exec", shell(R"(read l; echo "{\"sampling\": [0.25, 0.75], \"needs\": )"
                                              R"({\"eval_every\": 5, \"loss_weighting\": \"domains\"}}")"));
  Services services;
  EXPECT_EQ(mixer->init(two_domains(), services).sampling, (Weights{0.25, 0.75}));
  EXPECT_EQ(mixer->needs().eval_every, 5);
  EXPECT_EQ(mixer->needs().loss_weighting, LossWeighting::Domains);
  EXPECT_FALSE(mixer->needs().batch_losses);
}

TEST(Exec, TheExampleDoesWhatTheSameMethodHereDoes) {
  const Scenario s = ordinary_scenario(4);
  const Played there = play("exec", {{"command", kExample}}, s),
               here = play("loss_softmax", {{"ema", "0.5"}}, s);
  ASSERT_EQ(there.weights.size(), here.weights.size());
  for (size_t t = 0; t < here.weights.size(); ++t)
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(there.weights[t][i], here.weights[t][i], 1e-12) << t;
}

TEST(Exec, RequestsAreServedBeforeTheAnswer) {
  class Losses : public Services {
   public:
    nlohmann::json request(const nlohmann::json& call) override {
      EXPECT_EQ(call, (nlohmann::json{{"service", "evaluate"}}));
      return to_json(DomainLosses{{1.5, 2.5}, {3, 4}});
    }
  } services;
  // The answer's warning holds the line that the service gave.
  const auto mixer = make_mixer("exec", {{"command",
                                          "python3 -c \"import json; input(); print(json.dumps(dict("
                                          "service='evaluate')), flush=True); a = input(); "
                                          "print(json.dumps(dict(sampling=[0.5, 0.5], record="
                                          "json.loads(a))), flush=True)\""}});
  const Decision d = mixer->init(two_domains(), services);
  EXPECT_EQ(d.record.at("answer").at("loss"), (nlohmann::json{1.5, 2.5}));
}

TEST(Exec, ErrorsNameTheCommandTheCallAndWhatCameBack) {
  EXPECT_THAT(error_of({{"command", ""}}), HasSubstr("command= is missing"));
  EXPECT_THAT(error_of({{"command", "a 'b"}}), HasSubstr("the quote ' is not closed"));
  EXPECT_THAT(error_of({{"command", "/no/such/program"}}), HasSubstr("'/no/such/program' cannot be started"));
  EXPECT_THAT(error_of(shell("exit 4")),
              AllOf(HasSubstr("init at step 0"), HasSubstr("it ended with status 4")));
  EXPECT_THAT(error_of(shell(kGoodInit + "read l; echo hello")),
              AllOf(HasSubstr("command=sh -c"), HasSubstr("on_eval at step 5"), HasSubstr("'hello'")));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"sampling\": [0.5, 0.6]}")")),
              AllOf(HasSubstr("on_eval at step 5"), HasSubstr("sum to 1.1"), HasSubstr("[0.5, 0.6]")));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"sampling\": [1.0]}")")),
              HasSubstr("1 weights for 2 domains"));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"sampling\": [NaN, 1]}")")),
              HasSubstr("not a JSON answer"));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"samplin\": [0.5, 0.5]}")")),
              HasSubstr("did you mean 'sampling'"));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "[]")")), HasSubstr("expected an object"));
  EXPECT_THAT(error_of(shell(R"(read l; echo "{}")")), HasSubstr("the first weights must be set"));
  EXPECT_THAT(error_of(shell(R"(read l; echo "{\"needs\": {\"eval\": 5}}")")),
              HasSubstr("unknown key 'eval'"));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"service\": \"evaluate\"}"; read l)")),
              HasSubstr("'evaluate' is not served here"));
  EXPECT_THAT(error_of(shell(kGoodInit + R"(read l; echo "{\"service\": \"gradient_probe\", )"
                                         R"(\"layers\": \"attention\"}"; read l)")),
              AllOf(HasSubstr("on_eval at step 5"), HasSubstr("layers=attention; expected all, last")));
}

TEST(Exec, AProgramThatDoesNotAnswerIsAnError) {
  // No line ever comes, however long the program takes to start.
  EXPECT_THAT(error_of(shell("sleep 1000", "0.3")),
              AllOf(HasSubstr("init at step 0"), HasSubstr("no line within 0.3 s")));
  Services services;
  Domains many = two_domains();  // nor is a line read that is longer than a pipe holds
  many.names[0] = std::string(8'000'000, 'x');
  EXPECT_THROW(make_mixer("exec", shell("sleep 1000", "0.3"))->init(many, services), Error);
}

TEST(Exec, AWeightWithoutTrainingExamplesIsAnError) {
  Domains d = two_domains();
  d.train_examples[0] = 0;
  Services services;
  EXPECT_THROW(make_mixer("exec", shell(kGoodInit))->init(d, services), Error);
}

}  // namespace
}  // namespace rnb
