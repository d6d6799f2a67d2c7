// S1's reasoning data (arXiv:2501.19393; simplescaling/data_ablation_full59K, s1K, s1K-1.1): Parquet files or
// JSON lines. The text is Qwen's chat template around question and answer, as the authors'
// data/tokenization.py writes it; the loss is on what the assistant says.

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "datasets/readers/parquet_rows.h"
#include "datasets/source_spec.h"
#include "datasets/sources/json_lines.h"
#include "datasets/sources/s1_files.h"
#include "datasets/sources/seeded_subset.h"

namespace rnb {
namespace {

struct TraceColumns {
  const char *name, *thinking, *attempt;
};
// In the order of preference for traces=auto: s1K-1.1 holds two sets, of which s1.1 was trained on
// DeepSeek's.
constexpr std::array<TraceColumns, 3> kTraces{
    {{"s1", "thinking_trajectories", "attempt"},
     {"deepseek", "deepseek_thinking_trajectory", "deepseek_attempt"},
     {"gemini", "gemini_thinking_trajectory", "gemini_attempt"}}};

// A string, a list of strings (joined with line ends), or nothing at all; why not, otherwise.
std::string trajectory(const nlohmann::json& row, const char* key, std::string& out) {
  out.clear();
  const auto it = row.find(key);
  if (it == row.end() || it->is_null()) return {};
  if (it->is_string()) {
    out = it->get<std::string>();
    return {};
  }
  const bool strings =
      it->is_array() && std::all_of(it->begin(), it->end(), [](const auto& v) { return v.is_string(); });
  if (!strings) return fmt::format("\"{}\" is neither a string nor a list of strings", key);
  for (const auto& part : *it) out += (&part == &it->front() ? "" : "\n") + part.template get<std::string>();
  return {};
}

class S1Rows {
 public:
  explicit S1Rows(const SourceOptions& o) : domain_(o.text("domain-column")), traces_(o.text("traces")) {
    const std::string& system = o.text("system");
    if (!system.empty()) head_ = "<|im_start|>system\n" + system + "<|im_end|>\n";
  }

  std::vector<std::string> required() const { return {"question", domain_}; }
  std::vector<std::string> optional() const {
    std::vector<std::string> out{"solution"};
    for (const TraceColumns& t : kTraces)
      if (traces_ == "auto" || traces_ == t.name) out.insert(out.end(), {t.thinking, t.attempt});
    return out;
  }

  // Fills all but the id, or says why it cannot.
  std::string convert(const nlohmann::json& row, Example& e) {
    std::string question, thinking, attempt, solution;
    if (std::string why = text_member(row, "question", question); !why.empty()) return why;
    if (std::string why = text_member(row, domain_, e.domain); !why.empty())
      return why + "; domain-column= takes source_type or cot_type";
    if (e.domain.empty())
      return fmt::format("\"{}\" is empty; domain-column= takes source_type or cot_type", domain_);
    for (const TraceColumns& t : kTraces) {
      if (traces_ != "auto" && traces_ != t.name) continue;
      if (std::string why = trajectory(row, t.thinking, thinking); !why.empty()) return why;
      if (std::string why = trajectory(row, t.attempt, attempt); !why.empty()) return why;
      if (!thinking.empty() || !attempt.empty()) break;
    }
    if (attempt.empty())
      if (std::string why = trajectory(row, "solution", attempt); !why.empty()) return why;
    if (trimmed(attempt).empty()) return "has neither an attempt nor a solution";
    ++rows_;
    e.prompt = head_ + "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n";
    e.completion.clear();
    if (trimmed(thinking).empty())
      ++without_traces_;
    else
      e.completion = fmt::format("<|im_start|>think\n{}\n", trimmed(thinking));
    if (attempt.find("Answer:") == std::string::npos) attempt = "Answer: " + attempt;
    e.completion += fmt::format("<|im_start|>answer\n{}<|im_end|>\n", trimmed(attempt));
    return {};
  }

  void forget_counts() { rows_ = without_traces_ = 0; }
  std::vector<std::string> notes() const {
    if (without_traces_ == 0) return {};
    return {fmt::format("{} of {} rows have no thinking trajectory: their completion is the answer alone",
                        without_traces_, rows_)};
  }

 private:
  std::string domain_, traces_, head_;
  int64_t rows_ = 0, without_traces_ = 0;
};

class S1 : public Source {
 public:
  explicit S1(const SourceOptions& o) : options_(o), files_(find_s1_files(o.from)), rows_(o) {}

  std::optional<Row> next() override {
    if (!files_.parquet) return next_line();
    if (!parquet_) open_parquet();
    while (auto row = parquet_->next()) {
      ++number_;
      if (!keep_[static_cast<size_t>(number_ - 1)]) continue;
      Example e;
      e.id = id(number_);
      if (const std::string why = rows_.convert(row->values, e); !why.empty()) return BadRow{row->where, why};
      return e;
    }
    return std::nullopt;
  }

  std::vector<std::filesystem::path> files() const override { return files_.files; }
  bool control_tokens() const override { return true; }
  std::vector<std::string> notes() const override {
    auto out = files_.notes;
    for (auto& note : rows_.notes()) out.push_back(std::move(note));
    return out;
  }

 private:
  static std::string id(int64_t number) { return fmt::format("s1-{}", number); }

  std::optional<Row> next_line() {
    if (!lines_) {
      const auto convert = [this](const nlohmann::json& row, int64_t line, Example& e) {
        e.id = id(line);
        return rows_.convert(row, e);
      };
      lines_ = std::make_unique<JsonlSource>(files_.files.front(), options_, convert);
      rows_.forget_counts();  // a subset was chosen in a pass of its own
    }
    return lines_->next();
  }

  void open_parquet() {
    parquet_ = std::make_unique<ParquetRows>(files_.files, rows_.required(), rows_.optional());
    std::vector<std::string> ids;
    for (int64_t i = 1; i <= parquet_->rows(); ++i) ids.push_back(id(i));
    keep_ = seeded_subset(ids, options_.limit, options_.seed);
  }

  SourceOptions options_;
  S1Files files_;
  S1Rows rows_;
  std::unique_ptr<ParquetRows> parquet_;
  std::unique_ptr<JsonlSource> lines_;
  std::vector<bool> keep_;
  int64_t number_ = 0;
};

RNB_REGISTER(
    SourceSpec, .name = "s1",
    .summary =
        "S1: reasoning questions with thinking and answer in Qwen's chat template (Parquet or JSON lines)",
    .licence = "Apache-2.0", .files = kS1Files, .fetch = {"s1", "s1k", "s1k-1.1"},
    .options = {{"domain-column", "source_type", "column with the domain", {"source_type", "cot_type"}},
                {"traces",
                 "auto",
                 "whose thinking and attempt: s1's, or of s1K-1.1; auto: the first that a row has",
                 {"auto", "s1", "deepseek", "gemini"}},
                {"system", "You are a helpful assistant.", "the template's system message; empty: none"}},
    .open = [](const SourceOptions& o) -> std::unique_ptr<Source> { return std::make_unique<S1>(o); });

}  // namespace
}  // namespace rnb
