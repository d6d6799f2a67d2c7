#include "harness/sweep/sweep.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/shell_word.h"
#include "base/stop_signal.h"
#include "harness/sweep/sweep_child.h"
#include "harness/sweep/sweep_history.h"
#include "harness/sweep/sweep_log.h"
#include "methods/core/registry.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kCannotBeStarted = 127;  // as a shell says it of a program that is not there

std::string line_of(const Experiment& e, const SweepOptions& options) {
  return reproducer_line(e) + " --out " + options.out.string() + " --resume";
}

struct Running {
  size_t index = 0;
  std::unique_ptr<SweepChild> child;
  std::string run_folder;
  fs::path log;
  SteadyClock::time_point start;
  timespec file_start{};
};

class Sweep {
 public:
  Sweep(const SweepPlan& plan, const SweepOptions& options)
      : plan_(plan), options_(options), history_(options.out) {}
  SweepReport run();

 private:
  bool prepare_stores();
  int wait_for_preparation(const std::vector<std::string>& arguments, const fs::path& log);  // exit code
  void start_runs();
  void start(size_t index);
  std::vector<std::string> words_of_run(const Experiment& e) const;
  void wait_a_little();
  void listen(Running& running);
  void settle(const Running& running);
  void add_failure(const std::string& line, const fs::path& log, int code);
  // Each signal once to each of them.
  void pass_signals_on(const std::vector<const SweepChild*>& children);
  std::vector<const SweepChild*> children() const;
  void attend();
  bool goes_on() const;
  int finished() const {
    return report_.made + report_.already_finished + static_cast<int>(report_.failures.size());
  }

  const SweepPlan& plan_;
  const SweepOptions& options_;
  SweepHistory history_;
  SweepReport report_;
  std::vector<size_t> waiting_, elsewhere_;
  std::vector<Running> running_;
  std::set<std::string> prepared_;  // store and grouping that some run has opened
  SteadyClock::time_point last_look_ = SteadyClock::now();
  int passed_on_ = 0;  // signals
};

int Sweep::wait_for_preparation(const std::vector<std::string>& arguments, const fs::path& log) {
  try {
    SweepChild child(arguments, log);
    while (!child.ended()) {
      pass_signals_on({&child});
      child.read_lines();
      ::poll(nullptr, 0, 20);
    }
    return child.exit_code();
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kCannotBeStarted;
  }
}

// Stores first: `prepare` answers at once for one that is up to date.
bool Sweep::prepare_stores() {
  for (const StorePlan& store : plan_.stores) {
    std::vector<std::string> arguments{options_.program, "prepare"};
    arguments.insert(arguments.end(), store.arguments.begin(), store.arguments.end());
    arguments.insert(arguments.end(), {"--out", store.store});
    const fs::path log =
        options_.out / "logs" / ("prepare-" + fs::path(store.store).filename().string() + ".log");
    fmt::print(stderr, "preparing {}\n", store.store);
    const int code = wait_for_preparation(arguments, log);
    if (stop_signal() != 0) return false;
    if (code == 0) continue;
    report_.failures.push_back({shell_line(arguments), log, code});
    return false;
  }
  return true;
}

std::vector<std::string> Sweep::words_of_run(const Experiment& e) const {
  const Experiment defaults;
  std::vector<std::string> arguments{options_.program, "run"};
  for (const ExperimentKey& key : experiment_keys()) {
    if (key.name == "method-option") {
      for (const auto& [name, value] : e.method_options)
        arguments.insert(arguments.end(), {"--method-option", name + "=" + value});
      continue;
    }
    std::string value = get_key(e, key.name);
    if (key.name == "threads" && e.threads == 0 && options_.jobs > 1)
      value = std::to_string(std::max(1, thread_count(0) / options_.jobs));
    if (value != get_key(defaults, key.name)) arguments.insert(arguments.end(), {"--" + key.name, value});
  }
  arguments.insert(arguments.end(), {"--out", options_.out.string(), "--resume"});
  if (options_.jobs > 1) arguments.push_back("--shared-machine");
  return arguments;
}

void Sweep::start(size_t index) {
  const Experiment& e = plan_.experiments[index];
  Running running;
  running.index = index;
  running.log = options_.out / "logs" / fmt::format("starting-{}-{}.log", ::getpid(), index + 1);
  running.start = SteadyClock::now();
  running.file_start = file_clock();
  try {
    running.child = std::make_unique<SweepChild>(words_of_run(e), running.log);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    add_failure(line_of(e, options_), running.log, kCannotBeStarted);
    return;
  }
  running_.push_back(std::move(running));
}

// The first run that needs a grouping makes it; the others of that grouping wait until it is there.
void Sweep::start_runs() {
  for (auto it = waiting_.begin();
       it != waiting_.end() && static_cast<int>(running_.size()) < options_.jobs;) {
    const std::string need = preparation_of(plan_.experiments[*it]);
    const bool being_made = std::any_of(running_.begin(), running_.end(), [&](const Running& r) {
      return preparation_of(plan_.experiments[r.index]) == need;
    });
    if (!prepared_.count(need) && being_made) {
      ++it;
      continue;
    }
    start(*it);
    it = waiting_.erase(it);
  }
}

void Sweep::listen(Running& running) {
  for (const std::string& line : running.child->read_lines())
    if (line.starts_with("run_folder=")) {
      running.run_folder = line.substr(11);
      running.log = name_log(running.log, fs::path(running.run_folder).filename().string());
      prepared_.insert(preparation_of(plan_.experiments[running.index]));
    }
}

void Sweep::settle(const Running& running) {
  const Experiment& e = plan_.experiments[running.index];
  const int code = running.child->exit_code();
  const fs::path file = fs::path(running.run_folder) / "run.h5";
  std::error_code ignored;
  if (code == 0 && running.run_folder.empty()) {
    add_failure(line_of(e, options_), running.log, code);  // it named no run folder
  } else if (code == 0 && older_than(file, running.file_start)) {
    ++report_.already_finished;
    fs::remove(running.log, ignored);  // says only that
  } else if (code == 0) {
    ++report_.made;
    const double seconds = std::chrono::duration<double>(SteadyClock::now() - running.start).count();
    history_.add(e, {fs::path(running.run_folder).filename().string(), seconds});
    if (!::isatty(STDERR_FILENO))  // where no progress line is drawn
      fmt::print(stderr, "{} of {}: {}, {}, seed {}: {}\n", finished(), plan_.experiments.size(),
                 method_label(e.method, e.method_options), e.grouping, e.seed, format_duration(seconds));
  } else if (stop_signal() != 0) {
    ++report_.not_started;
  } else if (code == kExitBusy) {
    fs::remove(running.log, ignored);
    elsewhere_.push_back(running.index);
    last_look_ = SteadyClock::now();
  } else {
    add_failure(line_of(e, options_), running.log, code);
  }
}

void Sweep::add_failure(const std::string& line, const fs::path& log, int code) {
  fmt::print(stderr, "failed ({}): {}\n", code, line);
  report_.failures.push_back({line, log, code});
}

void Sweep::wait_a_little() {
  std::vector<pollfd> files;
  for (const Running& r : running_)
    if (r.child->output() >= 0) files.push_back({r.child->output(), POLLIN, 0});
  // A child that closed its output is only seen by the time-out.
  ::poll(files.data(), files.size(), files.size() < running_.size() || running_.empty() ? 20 : 200);
}

void Sweep::pass_signals_on(const std::vector<const SweepChild*>& children) {
  for (; passed_on_ < stop_signals_count(); ++passed_on_)
    for (const SweepChild* child : children) child->signal(stop_signal());
}

std::vector<const SweepChild*> Sweep::children() const {
  std::vector<const SweepChild*> out;
  for (const Running& r : running_) out.push_back(r.child.get());
  return out;
}

// Hears the runs, and settles those that have ended.
void Sweep::attend() {
  for (auto it = running_.begin(); it != running_.end();) {
    const bool ended = it->child->ended();  // before listening, so that its last lines are read
    listen(*it);
    if (!ended) {
      ++it;
      continue;
    }
    settle(*it);
    it = running_.erase(it);
  }
}

// Work that is left and may still be begun or waited for.
bool Sweep::goes_on() const {
  return !running_.empty() || (stop_signal() == 0 && !(waiting_.empty() && elsewhere_.empty()));
}

SweepReport Sweep::run() {
  std::error_code code;
  fs::create_directories(options_.out / "logs", code);
  if (code) fail("sweep", "{}: cannot be created: {}", options_.out.string(), code.message());
  for (size_t i = 0; i < plan_.experiments.size(); ++i) waiting_.push_back(i);
  const bool go = prepare_stores();
  {
    Progress progress("runs", static_cast<int64_t>(waiting_.size()));
    while (go && goes_on()) {
      if (stop_signal() == 0) start_runs();
      pass_signals_on(children());
      progress.update(finished(), fmt::format("{} running{}", running_.size(),
                                              elsewhere_.empty() ? "" : ", waiting for another sweep"));
      wait_a_little();
      attend();
      const std::chrono::duration<double> since = SteadyClock::now() - last_look_;
      if (waiting_.empty() && !elsewhere_.empty() && since.count() > options_.retry_seconds)
        waiting_.swap(elsewhere_);
    }
  }
  report_.not_started += static_cast<int>(waiting_.size() + elsewhere_.size());
  report_.signal = stop_signal();
  return report_;
}

}  // namespace

int SweepReport::exit_code() const {
  if (signal != 0) return exit_code_of_signal(signal);
  return failures.empty() && not_started == 0 ? kExitOk : kExitPartial;
}

SweepReport run_sweep(const SweepPlan& plan, const SweepOptions& options) {
  const StopSignalWatch watch(SecondSignal::IsCounted);
  return Sweep(plan, options).run();
}

}  // namespace rnb
