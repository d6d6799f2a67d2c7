// --device cuda where there is none, through the program itself: one line that says what to do, the exit code
// of a failure, and nothing touched.

#include <array>
#include <cstdio>
#include <map>

#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "base/shell_word.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;

struct Outcome {
  int status = -1;
  std::string text;  // both streams
};

Outcome run(const std::vector<std::string>& words) {
  std::string command = shell_word((fs::path(RNB_BINARY_DIR) / "rnb").string());
  for (const std::string& word : words) command += " " + shell_word(word);
  Outcome out;
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const size_t n = std::fread(part.data(), 1, part.size(), pipe)) out.text.append(part.data(), n);
  const int status = ::pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

std::map<std::string, fs::file_time_type> files(const fs::path& folder) {
  std::map<std::string, fs::file_time_type> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    out[entry.path().string()] = entry.last_write_time();
  return out;
}

class CudaError : public testing::Test {
 protected:
  void SetUp() override {
    if (torch::cuda::is_available() || fs::exists("/proc/driver/nvidia"))
      GTEST_SKIP() << "there is a CUDA device here";
    ASSERT_EQ(run({"prepare", "--dataset", "skills", "--option", "examples=200", "--out", store()}).status,
              0);
  }
  std::string store() const { return (scratch_.path() / "store").string(); }
  std::string out() const { return (scratch_.path() / "out").string(); }
  void expect_clear_error(const std::vector<std::string>& words) {
    const auto before = files(scratch_.path());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 1) << outcome.text;
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("--device cuda"), HasSubstr("scripts/setup.sh --cuda"),
                                    HasSubstr("--device cpu")));
    EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
    EXPECT_EQ(files(scratch_.path()), before);
  }
  ScratchFolder scratch_;
};

TEST_F(CudaError, OfRun) {
  expect_clear_error({"run", "--store", store(), "--model", "pico", "--out", out(), "--device", "cuda"});
  expect_clear_error({"run", "--store", store(), "--model", "pico", "--out", out(), "--device", "cuda:1",
                      "--precision", "bf16"});
}

TEST_F(CudaError, OfEvalAndRegroup) {
  // The device comes before the model, which may be large.
  expect_clear_error({"eval", "--model", scratch_.path().string(), "--store", store(), "--device", "cuda"});
  expect_clear_error({"regroup", "--store", store(), "--random", "2", "--device", "cuda"});
}

TEST_F(CudaError, OfASweepComesOnceAndBeforeItsFolder) {
  const fs::path file = scratch_.write(
      "sweep.ini", "[common]\nstore = " + store() + "\nmodel = pico\ndevice = cuda\n[grid a]\nseed = 1..3\n");
  const auto before = files(scratch_.path());
  const Outcome outcome = run({"sweep", file.string(), "--out", out()});
  EXPECT_EQ(outcome.status, 1) << outcome.text;
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("--device cuda"), HasSubstr("--device cpu")));
  EXPECT_EQ(files(scratch_.path()), before);
}

TEST_F(CudaError, OfADeviceThatIsNone) {
  for (const char* device : {"gpu", "cuda:x", "mps"}) {
    const Outcome outcome =
        run({"eval", "--model", scratch_.path().string(), "--store", store(), "--device", device});
    EXPECT_EQ(outcome.status, 2) << outcome.text;
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("--device"), HasSubstr("cuda:N")));
  }
}

TEST_F(CudaError, NotOfADryRun) {
  const auto before = files(scratch_.path());
  const Outcome outcome =
      run({"run", "--store", store(), "--model", "pico", "--out", out(), "--device", "cuda", "--dry-run"});
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_THAT(outcome.text,
              AllOf(HasSubstr("parameters"), HasSubstr("FLOPs per step"), HasSubstr("peak of tensors")));
  EXPECT_EQ(files(scratch_.path()), before);
}

}  // namespace
}  // namespace rnb
