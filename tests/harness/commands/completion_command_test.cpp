// `rnb completion`: what bash offers at some points of a command line; the other shells at least read their
// script.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/launch.h"
#include "base/text.h"
#include "harness/commands/cli.h"
#include "harness/commands/completion_script.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

std::string script_for(const std::string& shell) {
  testing::internal::CaptureStdout();
  call_command("completion", {shell});
  return testing::internal::GetCapturedStdout();
}

// What bash offers for the last of these words, the first being rnb.
std::vector<std::string> offered(const std::vector<std::string>& words) {
  const ScratchFolder scratch;
  const auto file = scratch.write("rnb.bash", script_for("bash"));
  const char* const program =
      "source \"$1\" && shift && COMP_WORDS=(\"$@\") && COMP_CWORD=$(($# - 1)) && _rnb && printf '%s\\n' "
      "\"${COMPREPLY[@]}\"";
  std::vector<std::string> call{"bash", "-c", program, "bash", file.string()};
  call.insert(call.end(), words.begin(), words.end());
  const auto said = output_of_program(call);
  EXPECT_TRUE(said) << "bash failed";
  auto lines = lines_of(said.value_or(""));
  std::erase(lines, "");
  return lines;
}

bool there_is(const std::string& program) {
  return output_of_program({"sh", "-c", "command -v " + program}).has_value();
}

TEST(Completion, OffersCommands) {
  EXPECT_THAT(offered({"rnb", "re"}), ElementsAre("regroup", "replay", "report", "reproduce"));
  EXPECT_THAT(offered({"rnb", ""}),
              IsSupersetOf({"run", "sweep", "doctor", "completion", "--help", "--version"}));
}

TEST(Completion, OffersOptionsOfTheCommand) {
  EXPECT_THAT(offered({"rnb", "run", "--metho"}), ElementsAre("--method", "--method-option"));
  EXPECT_THAT(offered({"rnb", "run", "--re"}), ElementsAre("--resume"));
  EXPECT_THAT(offered({"rnb", "list", "--"}), ElementsAre("--help", "--json"));
}

TEST(Completion, OffersWhatAnOptionMayBe) {
  EXPECT_THAT(offered({"rnb", "run", "--method", "strat"}), ElementsAre("stratified"));
  EXPECT_THAT(offered({"rnb", "run", "--method", "=", "strat"}),
              ElementsAre("stratified"));  // --method=strat
  EXPECT_THAT(offered({"rnb", "prepare", "--dataset", ""}), IsSupersetOf({"dolly", "wordnet", "jsonl"}));
  EXPECT_THAT(offered({"rnb", "run", "--model", "nan"}), Contains("nano"));
  EXPECT_THAT(offered({"rnb", "run", "--schedule", ""}),
              testing::UnorderedElementsAre("cosine", "linear", "constant"));
  EXPECT_THAT(offered({"rnb", "report", "--format", ""}), ElementsAre("text", "md", "csv", "latex"));
  EXPECT_THAT(offered({"rnb", "sweep", "--device", ""}), ElementsAre("cpu", "cuda"));
  EXPECT_THAT(offered({"rnb", "embed", "--mode", ""}), ElementsAre("encoder", "static"));
  EXPECT_THAT(offered({"rnb", "eval", "--split", ""}), ElementsAre("train", "valid", "test"));
}

// eval and embed take folders alone; a run takes a size or a folder.
TEST(Completion, OffersWhatThatCommandTakes) {
  EXPECT_THAT(offered({"rnb", "eval", "--model", ""}), IsEmpty());
  EXPECT_THAT(offered({"rnb", "embed", "--model", ""}), IsEmpty());
  EXPECT_THAT(offered({"rnb", "run", "--model", "/et"}), ElementsAre("/etc"));
}

TEST(Completion, ChoicesBelongToOptionsThatAreThere) {
  for (const Command& command : registry<Command>()) {
    if (!command.choices) continue;
    const auto options = command.options();
    for (const auto& [name, choices] : command.choices()) {
      EXPECT_NE(options.find_nothrow(name, /*approx=*/false), nullptr) << command.name << " --" << name;
      EXPECT_FALSE(choices.words.empty()) << command.name << " --" << name;
    }
  }
}

TEST(Completion, OffersTheFirstWordAndLeavesFilesToTheShell) {
  EXPECT_THAT(offered({"rnb", "list", ""}), ElementsAre("methods", "datasets", "models"));
  EXPECT_THAT(offered({"rnb", "list", "methods", ""}), IsEmpty());
  EXPECT_THAT(offered({"rnb", "report", ""}), IsEmpty());          // bash goes on with file names
  EXPECT_THAT(offered({"rnb", "run", "--store", ""}), IsEmpty());  // the same
}

TEST(Completion, RefusesOtherShells) {
  EXPECT_THROW(call_command("completion", {"tcsh"}), UsageError);
  EXPECT_THROW(call_command("completion", {}), UsageError);
}

TEST(Completion, ZshReadsItsScript) {
  if (!there_is("zsh")) GTEST_SKIP() << "no zsh";
  const ScratchFolder scratch;
  const auto file = scratch.write("_rnb", script_for("zsh"));
  EXPECT_TRUE(output_of_program({"zsh", "-n", file.string()}));
  const char* const load = "autoload -Uz compinit && compinit -u -D && source \"$1\" && print $_comps[rnb]";
  EXPECT_EQ(output_of_program({"zsh", "-f", "-c", load, "zsh", file.string()}), "_rnb\n");
}

TEST(Completion, FishOffersCommandsAndMethods) {
  if (!there_is("fish")) GTEST_SKIP() << "no fish";
  const ScratchFolder scratch;
  const auto file = scratch.write("rnb.fish", script_for("fish"));
  const auto ask = [&](const std::string& line) {
    return output_of_program(
               {"fish", "--no-config", "-c", "source " + file.string() + "; complete -C '" + line + "'"})
        .value_or("fish failed");
  };
  EXPECT_THAT(ask("rnb reg"), testing::StartsWith("regroup\t"));
  EXPECT_THAT(ask("rnb run --method strat"), testing::StartsWith("stratified"));
  EXPECT_THAT(lines_of(ask("rnb report --v")), ElementsAre(testing::HasSubstr("(with its options, as")));
  EXPECT_THAT(ask("rnb run --model /et"), testing::HasSubstr("/etc/"));
  EXPECT_THAT(ask("rnb reproduce --he"), testing::StartsWith("--help"));
  EXPECT_THAT(ask("rnb reprod"), testing::HasSubstr("a paper's runs"));
}

// What zsh reads as the descriptions: its functions are replaced by ones that print their words.
TEST(Completion, ZshKeepsEveryCharacterOfADescription) {
  if (!there_is("zsh")) GTEST_SKIP() << "no zsh";
  const std::vector<CompletedCommand> commands{{.name = "go",
                                                .summary = "it's [new]: x",
                                                .options = {{.name = "to",
                                                             .help = "a 'b' [c]: d",
                                                             .takes_value = true,
                                                             .choices = {"x:1", "y"},
                                                             .also_files = true}}}};
  const ScratchFolder scratch;
  const auto file = scratch.write("_rnb", zsh_completion(commands));
  const auto said = [&](const std::string& where) {
    return output_of_program(
               {"zsh", "-f", "-c",
                "compdef() { }; _arguments() { print -rl -- \"$@\"; }; _describe() { print -rl -- "
                "\"${(@P)2}\"; }; source \"$1\"; " +
                    where + "; _rnb",
                "zsh", file.string()})
        .value_or("zsh failed");
  };
  EXPECT_EQ(said("words=(rnb ''); CURRENT=2"), "go:it's [new]: x\n");
  EXPECT_EQ(said("words=(rnb go ''); CURRENT=3"),
            "--help[what it does]\n--to[a 'b' \\[c\\]: d]:to: _rnb_words_or_files x\\:1 y\n");
}

// Names that a shell would read as something else do not break its script.
TEST(Completion, QuotesWhatIsNoPlainWord) {
  const std::vector<CompletedCommand> commands{
      {.name = "go",
       .summary = "it's [new]: \"x\"",
       .options = {{.name = "to", .help = "a 'b' [c]: d", .takes_value = true}}}};
  for (const auto& [shell, script] :
       std::vector<std::pair<std::string, std::string>>{{"bash", bash_completion(commands)},
                                                        {"zsh", zsh_completion(commands)},
                                                        {"fish", fish_completion(commands)}}) {
    if (!there_is(shell)) continue;
    const ScratchFolder scratch;
    EXPECT_TRUE(output_of_program({shell, "-n", scratch.write("script", script).string()})) << script;
  }
}

}  // namespace
}  // namespace rnb
