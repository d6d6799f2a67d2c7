#include "datasets/sources/sni_source.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "datasets/sources/sni_task.h"

namespace rnb {
namespace {

constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kOfTask = 0x1a5cULL, kOfAll = 0x5eedULL,
                   kValidOrTest = 0x7e57ULL;  // one hash for each choice

// The id that a seeded choice goes by.
const std::string& chosen_by(const Row& row) {
  const auto* e = std::get_if<Example>(&row);
  return e ? e->id : std::get<BadRow>(row).where;
}

// The largest hash among the n smallest; all where there are no more than n.
uint64_t threshold(std::vector<uint64_t> hashes, int64_t n) {
  if (n <= 0 || n >= static_cast<int64_t>(hashes.size())) return kAll;
  const auto nth = hashes.begin() + (n - 1);
  std::nth_element(hashes.begin(), nth, hashes.end());
  return *nth;
}

class Sni : public Source {
 public:
  Sni(const SourceOptions& o, SniKind kind, const std::string& who)
      : kind_(kind),
        seed_(o.seed),
        limit_(o.limit),
        most_(o.count("max-instances")),
        most_evaluation_(kind == SniKind::UnseenTasks ? o.count("max-test-instances") : 0),
        choice_(choose_sni_tasks(o, kind, who)) {
    if (o.text("layout") == "tk-instruct") layout_.layout = SniLayout::Prompt::TkInstruct;
    if (o.text("output") == "seeded") layout_.output = SniLayout::Output::Seeded;
    layout_.seed = o.seed;
  }

  std::optional<Row> next() override {
    if (limit_ > 0 && limit_threshold_ == kUnknown) limit_threshold_ = threshold(all_hashes(), limit_);
    while (auto row = next_chosen())
      if (limit_ <= 0 || hash64(chosen_by(*row), seed_ ^ kOfAll) <= limit_threshold_) return row;
    return std::nullopt;
  }

  std::vector<std::filesystem::path> files() const override { return choice_.files; }

  std::vector<std::string> notes() const override {
    std::vector<std::string> out = choice_.notes;
    if (left_out_.without_output > 0)
      out.push_back(
          fmt::format("{} instances were left out: their output is empty", left_out_.without_output));
    if (left_out_.further_targets > 0)
      out.push_back(fmt::format("{} rows were left out: further outputs of the instance before them",
                                left_out_.further_targets));
    return out;
  }

 private:
  static constexpr uint64_t kUnknown = 0;

  size_t tasks() const { return choice_.train.size() + choice_.evaluation.size(); }
  bool is_evaluation(size_t t) const { return t >= choice_.train.size(); }
  const SniTask& task(size_t t) const {
    return is_evaluation(t) ? choice_.evaluation[t - choice_.train.size()] : choice_.train[t];
  }
  std::unique_ptr<Source> open(size_t t, SniLeftOut& left_out) const {
    return choice_.flat ? open_flat_sni_task(task(t), layout_, left_out)
                        : open_sni_task(task(t), layout_, left_out);
  }

  // After the limits of each task, before the one of all.
  std::optional<Row> next_chosen() {
    if (broken_ < choice_.broken.size()) return choice_.broken[broken_++];
    for (;;) {
      if (!current_) {
        if (at_ == tasks()) return std::nullopt;
        task_threshold_ = task_limit(at_);
        current_ = open(at_, left_out_);
        taken_ = 0;
      }
      while (auto row = current_->next()) {
        if (is_evaluation(at_) && most_evaluation_ > 0 && taken_ >= most_evaluation_) break;
        if (hash64(chosen_by(*row), seed_ ^ kOfTask) > task_threshold_) continue;
        ++taken_;
        if (auto* e = std::get_if<Example>(&*row); e && kind_ == SniKind::UnseenTasks) e->hint = hint(e->id);
        return row;
      }
      current_.reset();
      ++at_;
    }
  }

  uint64_t task_limit(size_t t) const {
    if (most_ <= 0 || is_evaluation(t)) return kAll;
    std::vector<uint64_t> hashes;
    SniLeftOut counted;
    const auto rows = open(t, counted);
    while (const auto row = rows->next()) hashes.push_back(hash64(chosen_by(*row), seed_ ^ kOfTask));
    return threshold(std::move(hashes), most_);
  }

  // Of every row that limit_ chooses among; one pass over all files.
  std::vector<uint64_t> all_hashes() {
    std::vector<uint64_t> hashes;
    while (const auto row = next_chosen()) hashes.push_back(hash64(chosen_by(*row), seed_ ^ kOfAll));
    broken_ = at_ = 0;
    left_out_ = {};
    return hashes;
  }

  SplitHint hint(const std::string& id) const {
    if (!is_evaluation(at_)) return SplitHint::Train;
    return hash64(id, seed_ ^ kValidOrTest) >> 63 ? SplitHint::Valid : SplitHint::Test;
  }

  SniKind kind_;
  uint64_t seed_;
  int64_t limit_, most_, most_evaluation_;
  SniChoice choice_;
  SniLayout layout_;
  SniLeftOut left_out_;
  uint64_t limit_threshold_ = kUnknown, task_threshold_ = kAll;
  size_t broken_ = 0, at_ = 0;  // next broken file; task being read
  int64_t taken_ = 0;           // of that task
  std::unique_ptr<Source> current_;
};

}  // namespace

std::vector<SourceOption> sni_options(SniKind kind) {
  const bool unseen = kind == SniKind::UnseenTasks;
  const auto number = [](const char* name, const char* help) {
    return SourceOption{.name = name, .default_value = "0", .help = help, .at_least = 0};
  };
  std::vector<SourceOption> options{
      number("tasks", unseen ? "that many training tasks, seeded; 0: all"
                             : "that many tasks, seeded (the paper: 100); 0: all"),
      number("max-instances",
             unseen ? "most of a training task, seeded; 0: all" : "most of a task, seeded; 0: all")};
  if (unseen)
    options.push_back(
        number("max-test-instances", "the first of a test task (the official evaluation: 100); 0: all"));
  else
    options.push_back({"split",
                       "listed",
                       "tasks of the official lists, of one of them, or all files",
                       {"listed", "train", "test", "all"}});
  const std::vector<SourceOption> shared{
      {"splits", "default", "folder with train_tasks.txt and test_tasks.txt, or its name in splits/"},
      {"layout",
       "plain",
       "of the prompt: definition and input, or as Tk-Instruct trains",
       {"plain", "tk-instruct"}},
      {"output", "first", "of several outputs", {"first", "seeded"}},
      {"languages", "english", "tasks with input and output in English, or all", {"english", "all"}},
      {"categories", "",
       "for flat files: folder of official task files, or tables with the columns task and category"}};
  options.insert(options.end(), shared.begin(), shared.end());
  return options;
}

std::unique_ptr<Source> open_sni(const SourceOptions& options, SniKind kind, const std::string& who) {
  return std::make_unique<Sni>(options, kind, who);
}

}  // namespace rnb
