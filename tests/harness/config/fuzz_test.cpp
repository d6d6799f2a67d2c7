#include "tests/base/fuzz.h"

#include "harness/config/ini_file.h"
#include "harness/sweep/sweep_plan.h"

namespace rnb {
namespace {

TEST(Fuzz, IniFileAndPlan) {
  const std::string good =
      "# a study\nsteps = 300   # few\nseed = 1..3\n[data toy]\ndataset = skills\noption = a=1\n"
      "[grid main]\nmethod = stratified, rnb gram=unbiased lambda=3\ngrouping = \"regroup:k=5..20:5\"\nlr = "
      "1e-3\n";
  int read = 0, planned = 0;
  fuzz("ini", 200, [&](Rng& rng) {
    const std::string text = damaged(good, rng, "[]=#\",.:\n 0123456789e-");
    IniFile file;
    if (!accepted([&] { file = parse_ini(text, "x.ini"); })) return;
    ++read;
    for (const IniEntry& entry : file.entries) EXPECT_GE(entry.line, 1);
    planned += accepted([&] { EXPECT_FALSE(plan_sweep(file, {}, "out").experiments.empty()); });
  });
  EXPECT_GT(read, 0);
  EXPECT_GT(planned, 0);
}

}  // namespace
}  // namespace rnb
