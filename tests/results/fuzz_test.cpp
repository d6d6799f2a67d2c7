#include "tests/base/fuzz.h"

#include <fstream>

#include "results/event_log.h"
#include "results/run_file.h"
#include "results/write_run_h5.h"
#include "tests/results/hand_made_run.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

std::string good_log() {
  std::string text;
  for (const auto& event : test::events_of({})) text += event.dump() + "\n";
  return text;
}

TEST(Fuzz, EventLog) {
  const test::TemporaryFolder folder;
  const std::string good = good_log();
  int read = 0;
  fuzz("events", 500, [&](Rng& rng) {
    const fs::path file = folder.path() / "events.jsonl";
    std::ofstream(file, std::ios::binary) << damaged(good, rng);
    read += accepted([&] { read_events(file); });
  });
  EXPECT_GT(read, 0);
}

// A log whose lines are JSON but whose members are not what they should be: a run file that can be read and
// validated, or an Error.
TEST(Fuzz, EventsToRunFile) {
  const test::TemporaryFolder folder;
  const auto events = test::events_of({});
  fs::create_directories(folder.path() / "a1");
  int made = 0;
  fuzz("write_run_h5", 60, [&](Rng& rng) {
    auto bad = events;
    auto& event = bad[rng.below(bad.size())];
    auto member = event.begin();
    std::advance(member, static_cast<std::ptrdiff_t>(rng.below(event.size())));
    switch (rng.below(4)) {
      case 0:
        event.erase(member);
        break;
      case 1:
        *member = nullptr;
        break;
      case 2:
        *member = {1, "two", nullptr};
        break;
      default:
        std::swap(*member, *bad[rng.below(bad.size())].begin());
    }
    test::write_events(folder.path(), "a1", bad);
    made += accepted([&] {
      write_run_h5(folder.path() / "a1");
      validate_run(folder.path() / "a1/run.h5");
      read_run(folder.path() / "a1/run.h5");
    });
  });
  EXPECT_GT(made, 0);
}

}  // namespace
}  // namespace rnb
