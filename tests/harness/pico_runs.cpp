#include "tests/harness/pico_runs.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "datasets/prepare.h"
#include "harness/commands/cli.h"

namespace rnb {
namespace fs = std::filesystem;

const fs::path& pico_folder() {
  static const fs::path folder = [] {
    const fs::path out = fs::path(testing::TempDir()) / fmt::format("rnb-pico-runs-{}", ::getpid());
    fs::remove_all(out);
    fs::create_directories(out);
    PrepareOptions options;
    options.dataset = "skills";
    options.source.extra["examples"] = "800";
    options.out = out / "skills";
    prepare(options);
    return out;
  }();
  return folder;
}

std::vector<std::string> pico_arguments(const fs::path& out, const std::string& method, int64_t steps) {
  return {"--store",
          (pico_folder() / "skills").string(),
          "--steps",
          std::to_string(steps),
          "--batch",
          "8",
          "--method",
          method,
          "--eval-every",
          "20",
          "--threads",
          "1",
          "--save-model",
          "on",
          "--checkpoint-every",
          "7",
          "--keep-checkpoints",
          "1000",
          "--out",
          out.string()};
}

fs::path pico_run(const std::string& name, const std::string& method, int64_t steps,
                  const std::vector<std::string>& more) {
  const fs::path out = pico_folder() / name;
  std::vector<std::string> args = pico_arguments(out, method, steps);
  if (std::find(more.begin(), more.end(), "--model") == more.end())
    args.insert(args.end(), {"--model", "pico"});
  args.insert(args.end(), more.begin(), more.end());
  EXPECT_EQ(call_command("run", args), 0);
  for (const auto& entry : fs::directory_iterator(out))
    if (entry.path().filename() != "proxies") return entry.path();
  return {};
}

}  // namespace rnb
