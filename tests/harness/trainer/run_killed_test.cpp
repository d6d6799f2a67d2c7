// SIGKILL at random moments: what is there must be readable, and a resumed run must end like an uninterrupted
// one.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json_file.h"
#include "base/launch.h"
#include "base/random.h"
#include "harness/commands/cli.h"
#include "results/run_file.h"
#include "tests/harness/pico_runs.h"
#include "tests/harness/run_events.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

std::vector<std::string> arguments(const fs::path& out) {
  auto words = pico_arguments(out, "rnb", 60);
  words.insert(words.end(), {"--model", "pico", "--resume"});
  return words;
}

uintmax_t log_size(const fs::path& out) {
  std::error_code none;
  if (!fs::exists(out, none)) return 0;
  const uintmax_t size = fs::file_size(only_run(out) / "events.jsonl", none);
  return none ? 0 : size;
}

// Starts the program and kills it once its log is longer than `bytes`. False: it had ended before.
bool killed_at(const fs::path& out, uintmax_t bytes, int silent) {
  std::vector<std::string> words = arguments(out);
  words.insert(words.begin(), {(fs::path(RNB_BINARY_DIR) / "rnb").string(), "run"});
  const pid_t child = launch({.words = words, .output = silent, .error = silent});
  int status = 0;
  while (log_size(out) <= bytes) {
    if (::waitpid(child, &status, WNOHANG) == child) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST(RunKilled, IsResumableAtAnyMoment) {
  ASSERT_TRUE(fs::exists(fs::path(RNB_BINARY_DIR) / "rnb")) << "the program is not built";
  const fs::path whole = pico_folder() / "never-killed", out = pico_folder() / "killed";
  EXPECT_EQ(call_command("run", arguments(whole)), 0);
  const uintmax_t length = log_size(whole);
  ASSERT_GT(length, 0U);
  const int silent = ::open("/dev/null", O_WRONLY);
  Rng rng(7, "kill");
  constexpr uint64_t kRounds = 20;
  uint64_t hits = 0;
  for (uint64_t round = 0; round < kRounds; ++round) {
    // Later and later, at a random place within each twentieth.
    const bool hit = killed_at(out, (round * length + rng.below(length)) / kRounds, silent);
    hits += hit;
    if (fs::exists(only_run(out) / "events.jsonl")) read_events(only_run(out) / "events.jsonl");
    if (fs::exists(only_run(out) / "run.h5")) EXPECT_EQ(read_run(only_run(out) / "run.h5").label, "rnb");
    if (!hit) break;
  }
  ::close(silent);
  EXPECT_GE(hits, kRounds / 2);
  EXPECT_EQ(call_command("run", arguments(out)), 0);
  EXPECT_EQ(read_text_file(only_run(whole) / "model/model.safetensors"),
            read_text_file(only_run(out) / "model/model.safetensors"));
  EXPECT_EQ(comparable_events(only_run(whole)), comparable_events(only_run(out)));
}

}  // namespace
}  // namespace rnb
