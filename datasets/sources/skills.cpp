// A synthetic set whose best mixture can be found by search: sequences of tokens from latent first-order
// Markov tables, which the domains share in known proportions. Each sequence follows one table, drawn by its
// domain's row of kShares. 33 tokens: 32 predictions, since no BOS stands before the first.

#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "datasets/source_spec.h"

namespace rnb {
namespace {

constexpr int kVocabulary = 64, kTables = 4, kDomains = 4, kLength = 33, kSuccessors = 3;
// Domain 3 is the only one that knows table 3; domains 0 to 2 overlap.
constexpr std::array<std::array<double, kTables>, kDomains> kShares{
    {{0.8, 0.2, 0.0, 0.0}, {0.2, 0.6, 0.2, 0.0}, {0.0, 0.3, 0.7, 0.0}, {0.0, 0.0, 0.1, 0.9}}};
constexpr std::array<double, kDomains> kDefaultEvaluation{0.1, 0.2, 0.2, 0.5};

class Skills : public Source {
 public:
  explicit Skills(const SourceOptions& o) : seed_(o.seed) {
    total_ = o.limit > 0 ? o.limit : o.count("examples");
    if (const std::string& weights = o.text("evaluation"); !weights.empty()) read_evaluation(weights);
    if (const std::string& one = o.text("eval"); !one.empty()) evaluate_one(one);
    for (int table = 0; table < kTables; ++table)
      for (int token = 0; token < kVocabulary; ++token) {
        Rng rng(seed_, "skills/table", static_cast<uint64_t>(token), static_cast<uint64_t>(table));
        for (int& next : tables_[static_cast<size_t>(table)][static_cast<size_t>(token)])
          next = static_cast<int>(rng.below(kVocabulary));
      }
  }

  std::optional<Row> next() override {
    if (at_ >= total_) return std::nullopt;
    const auto domain = static_cast<size_t>(at_ % kDomains);
    Rng rng(seed_, "skills/example", static_cast<uint64_t>(at_));
    const auto& table = tables_[rng.categorical(kShares[domain])];
    int token = static_cast<int>(rng.below(kVocabulary));
    std::string text;
    for (int i = 0; i < kLength; ++i) {
      text += fmt::format("{}{}", i ? " " : "", token);
      // Three successors with chances 0.7, 0.2, 0.1.
      const double u = rng.uniform();
      token = table[static_cast<size_t>(token)][u < 0.7 ? 0 : u < 0.9 ? 1 : 2];
    }
    return Example{fmt::format("skill-{}", at_++), "", text, fmt::format("skill{}", domain), SplitHint::None};
  }

  int64_t fixed_vocabulary() const override { return kVocabulary; }
  std::map<std::string, double> evaluation_weights() const override {
    std::map<std::string, double> out;
    for (size_t d = 0; d < kDomains; ++d) out[fmt::format("skill{}", d)] = evaluation_[d];
    return out;
  }

 private:
  void read_evaluation(const std::string& text) {
    const char *at = text.data(), *const end = at + text.size();
    double sum = 0;
    for (size_t d = 0; d < kDomains; ++d) {
      const auto [next, code] = std::from_chars(at, end, evaluation_[d]);
      const bool last = d + 1 == kDomains;
      const bool weight = code == std::errc() && std::isfinite(evaluation_[d]) && evaluation_[d] >= 0;
      if (!weight || (last ? next != end : next == end || *next != ','))
        fail_usage("skills", "evaluation={}; expected {} weights >= 0 with commas between them", text,
                   kDomains);
      sum += evaluation_[d];
      at = next + 1;
    }
    if (!(sum > 0) || !std::isfinite(sum))
      fail_usage("skills", "evaluation={}; the weights sum to {}", text, sum);
    for (double& w : evaluation_) w /= sum;
  }

  // eval=3: only domain 3 counts.
  void evaluate_one(const std::string& text) {
    if (text.size() != 1 || text[0] < '0' || text[0] >= '0' + kDomains)
      fail_usage("skills", "eval={}; expected a domain from 0 to {}", text, kDomains - 1);
    evaluation_ = {};
    evaluation_[static_cast<size_t>(text[0] - '0')] = 1;
  }

  uint64_t seed_;
  int64_t total_ = 0, at_ = 0;
  std::array<double, kDomains> evaluation_ = kDefaultEvaluation;
  std::array<std::array<std::array<int, kSuccessors>, kVocabulary>, kTables> tables_{};
};

RNB_REGISTER(
    SourceSpec, .name = "skills",
    .summary =
        "synthetic: 4 domains that share latent Markov tables in known proportions; its best mixture can be "
        "searched",
    .licence = "generated",
    .options =
        {{.name = "examples", .default_value = "4000", .help = "how many sequences", .at_least = kDomains},
         {"evaluation", "0.1,0.2,0.2,0.5", "evaluation weights of the 4 domains"},
         {"eval", "", "one domain that has all the evaluation weight"}},
    .open = [](const SourceOptions& o) -> std::unique_ptr<Source> { return std::make_unique<Skills>(o); });

}  // namespace
}  // namespace rnb
