#include "harness/sweep/sweep.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <thread>

#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/progress.h"
#include "harness/commands/cli.h"
#include "harness/sweep/sweep_child.h"
#include "harness/sweep/sweep_disk.h"
#include "harness/sweep/sweep_history.h"
#include "methods/core/registry.h"

namespace rnb {
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
namespace {

volatile std::sig_atomic_t stop_number = 0;
void note_stop(int number) {
  stop_number = number;
}

class SignalWatch {
 public:
  SignalWatch() {
    stop_number = 0;
    struct sigaction action{};
    action.sa_handler = note_stop;
    ::sigaction(SIGINT, &action, &interrupt_);
    ::sigaction(SIGTERM, &action, &terminate_);
  }
  ~SignalWatch() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct sigaction interrupt_{}, terminate_{};
};

// The clock that file times are made from: compares exactly with them.
timespec file_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

bool older_than(const fs::path& file, const timespec& moment) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return false;
  const timespec& t = found.st_mtim;
  return t.tv_sec < moment.tv_sec || (t.tv_sec == moment.tv_sec && t.tv_nsec < moment.tv_nsec);
}

// A log has the name of its run: <run id>.log, and <run id>.2.log for a second attempt. Linking never
// replaces a file, so sweeps that share the folder cannot take each other's.
fs::path name_log(const fs::path& log, const std::string& run_id) {
  for (int attempt = 1; attempt < 10000; ++attempt) {
    const std::string name = attempt == 1 ? run_id + ".log" : fmt::format("{}.{}.log", run_id, attempt);
    const fs::path named = log.parent_path() / name;
    if (::link(log.c_str(), named.c_str()) == 0) {
      ::unlink(log.c_str());
      return named;
    }
    if (errno != EEXIST) break;  // a file system without links: the log keeps its first name
  }
  return log;
}

std::string preparation(const Experiment& e) {
  return e.store + "\n" + e.grouping;
}

struct Running {
  size_t index = 0;
  std::unique_ptr<SweepChild> child;
  std::string run_folder;
  fs::path log;
  Clock::time_point start;
  timespec file_start{};
};

class Sweep {
 public:
  Sweep(const SweepPlan& plan, const SweepOptions& options)
      : plan_(plan), options_(options), history_(options.out) {}
  SweepReport run();

 private:
  bool prepare_stores();
  void start_runs();
  void start(size_t index);
  void wait_a_little();
  void listen(Running& running);
  void settle(const Running& running);
  void pass_signal_on();
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
  Clock::time_point last_look_ = Clock::now();
};

// Stores first: `prepare` answers at once for one that is up to date.
bool Sweep::prepare_stores() {
  for (const StorePlan& store : plan_.stores) {
    std::vector<std::string> arguments{options_.program, "prepare"};
    arguments.insert(arguments.end(), store.arguments.begin(), store.arguments.end());
    arguments.insert(arguments.end(), {"--out", store.store});
    const fs::path log =
        options_.out / "logs" / ("prepare-" + fs::path(store.store).filename().string() + ".log");
    fmt::print(stderr, "preparing {}\n", store.store);
    SweepChild child(arguments, log);
    bool passed_on = false;
    while (!child.ended()) {
      if (stop_number && !passed_on) child.signal(stop_number);
      passed_on = stop_number != 0;
      child.read_lines();
      ::poll(nullptr, 0, 20);
    }
    if (stop_number) return false;
    if (child.exit_code() == 0) continue;
    std::string what;
    for (const std::string& word : arguments) what += (what.empty() ? "" : " ") + word;
    report_.failures.push_back({what, log, child.exit_code()});
    return false;
  }
  return true;
}

void Sweep::start(size_t index) {
  const Experiment& e = plan_.experiments[index];
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
      value = std::to_string(
          std::max(1U, std::thread::hardware_concurrency() / static_cast<unsigned>(options_.jobs)));
    if (value != get_key(defaults, key.name)) arguments.insert(arguments.end(), {"--" + key.name, value});
  }
  arguments.insert(arguments.end(), {"--out", options_.out.string(), "--resume"});
  if (options_.jobs > 1) arguments.push_back("--shared-machine");
  Running running;
  running.index = index;
  running.log = options_.out / "logs" / fmt::format("starting-{}-{}.log", ::getpid(), index + 1);
  running.start = Clock::now();
  running.file_start = file_clock();
  running.child = std::make_unique<SweepChild>(arguments, running.log);
  running_.push_back(std::move(running));
}

// The first run that needs a grouping makes it; the others of that grouping wait until it is there.
void Sweep::start_runs() {
  for (auto it = waiting_.begin();
       it != waiting_.end() && static_cast<int>(running_.size()) < options_.jobs;) {
    const std::string need = preparation(plan_.experiments[*it]);
    const bool being_made = std::any_of(running_.begin(), running_.end(), [&](const Running& r) {
      return preparation(plan_.experiments[r.index]) == need;
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
      prepared_.insert(preparation(plan_.experiments[running.index]));
    }
}

void Sweep::settle(const Running& running) {
  const Experiment& e = plan_.experiments[running.index];
  const int code = running.child->exit_code();
  const fs::path file = fs::path(running.run_folder) / "run.h5";
  std::error_code ignored;
  if (code == 0 && running.run_folder.empty()) {
    report_.failures.push_back({reproducer_line(e), running.log, code});
  } else if (code == 0 && older_than(file, running.file_start)) {
    ++report_.already_finished;
    fs::remove(running.log, ignored);  // says only that
  } else if (code == 0) {
    ++report_.made;
    const double seconds = std::chrono::duration<double>(Clock::now() - running.start).count();
    history_.add(e, {fs::path(running.run_folder).filename().string(), seconds});
    if (!::isatty(STDERR_FILENO))  // where no progress line is drawn
      fmt::print(stderr, "{} of {}: {}, {}, seed {}: {}\n", finished(), plan_.experiments.size(),
                 method_label(e.method, e.method_options), e.grouping, e.seed, format_duration(seconds));
  } else if (stop_number) {
    ++report_.not_started;
  } else if (code == kExitBusy) {
    fs::remove(running.log, ignored);
    elsewhere_.push_back(running.index);
    last_look_ = Clock::now();
  } else {
    const std::string line = reproducer_line(e) + " --out " + options_.out.string() + " --resume";
    fmt::print(stderr, "failed ({}): {}\n", code, line);
    report_.failures.push_back({line, running.log, code});
  }
}

void Sweep::wait_a_little() {
  std::vector<pollfd> files;
  for (const Running& r : running_)
    if (r.child->output() >= 0) files.push_back({r.child->output(), POLLIN, 0});
  // A child that closed its output is only seen by the time-out.
  ::poll(files.data(), files.size(), files.size() < running_.size() || running_.empty() ? 20 : 200);
}

void Sweep::pass_signal_on() {
  for (const Running& r : running_) r.child->signal(stop_number);
}

SweepReport Sweep::run() {
  const SignalWatch watch;
  std::error_code code;
  fs::create_directories(options_.out / "logs", code);
  if (code) fail("sweep", "{}: cannot be created: {}", options_.out.string(), code.message());
  for (size_t i = 0; i < plan_.experiments.size(); ++i) waiting_.push_back(i);
  const bool go = prepare_stores();
  int passed_on = 0;
  {
    Progress progress("runs", static_cast<int64_t>(waiting_.size()));
    while (go && (!running_.empty() || (!stop_number && !(waiting_.empty() && elsewhere_.empty())))) {
      if (!stop_number) start_runs();
      if (stop_number != passed_on) {
        passed_on = stop_number;
        pass_signal_on();
      }
      progress.update(finished(), fmt::format("{} running{}", running_.size(),
                                              elsewhere_.empty() ? "" : ", waiting for another sweep"));
      wait_a_little();
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
      const std::chrono::duration<double> since = Clock::now() - last_look_;
      if (waiting_.empty() && !elsewhere_.empty() && since.count() > options_.retry_seconds)
        waiting_.swap(elsewhere_);
    }
  }
  report_.not_started += static_cast<int>(waiting_.size() + elsewhere_.size());
  report_.signal = stop_number;
  return report_;
}

}  // namespace

int SweepReport::exit_code() const {
  if (signal) return 128 + signal;
  return failures.empty() && not_started == 0 ? 0 : kExitPartial;
}

void print_plan(const SweepPlan& plan, const SweepOptions& options) {
  const SweepHistory history(options.out);
  std::vector<std::pair<std::string, int>> shared;
  int finished = 0;
  double bytes = 0;  // of the runs that are left
  const double measured = history.mean_bytes();
  for (const Experiment& e : plan.experiments) {
    const std::string name = e.store + ", " + e.grouping;
    if (shared.empty() || shared.back().first != name) shared.emplace_back(name, 0);
    ++shared.back().second;
    if (history.finished(e))
      ++finished;
    else
      bytes += measured > 0 ? measured : estimated_run_bytes(e);
  }
  const int left = static_cast<int>(plan.experiments.size()) - finished;
  fmt::print(stderr, "plan: {} runs in {}, {} at a time", plan.experiments.size(), options.out.string(),
             options.jobs);
  if (finished) fmt::print(stderr, "; {} were finished before", finished);
  if (plan.repeated) fmt::print(stderr, "; {} repetitions left out", plan.repeated);
  fmt::print(stderr, "\n");
  for (const auto& [name, runs] : shared) fmt::print(stderr, "  {:4} share {}\n", runs, name);
  const double mean = history.mean_seconds();
  if (left == 0) return;
  if (mean > 0)
    fmt::print(stderr, "  estimated time: {} ({} a run so far)\n",
               format_duration(mean * left / std::min(options.jobs, left)), format_duration(mean));
  else
    fmt::print(stderr, "  estimated time: unknown until the first run ends\n");
  fmt::print(stderr, "  estimated disk: {} ({} a run{})\n", format_bytes(bytes), format_bytes(bytes / left),
             measured > 0 ? " so far" : ", by its settings");
}

SweepReport run_sweep(const SweepPlan& plan, const SweepOptions& options) {
  return Sweep(plan, options).run();
}

void print_report(const SweepReport& report) {
  fmt::print(stderr, "{} runs made, {} finished before, {} failed", report.made, report.already_finished,
             report.failures.size());
  if (report.not_started) fmt::print(stderr, ", {} cut or not started", report.not_started);
  fmt::print(stderr, "\n");
  for (const SweepFailure& failure : report.failures)
    fmt::print(stderr, "failed ({}): {}\n  log: {}\n", failure.code, failure.what, failure.log.string());
  if (report.signal) fmt::print(stderr, "stopped by signal {}; the same command goes on\n", report.signal);
}

}  // namespace rnb
