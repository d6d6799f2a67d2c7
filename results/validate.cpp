#include "results/validate.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "results/hdf5_file.h"
#include "results/phases.h"
#include "results/table_row.h"

namespace rnb {
namespace {

using Shape = std::vector<uint64_t>;

class Validator {
 public:
  Validator(const std::filesystem::path& file, const std::string& group) : in_(file, group) {}

  std::vector<std::string> run() {
    root();
    tree("/");
    names();
    if (!problems_.empty()) return problems_;  // what follows reads data sets that must be there
    shapes();
    if (problems_.empty()) mixtures();
    return problems_;
  }

 private:
  template <typename... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args) {
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void want_attribute(const std::string& path, const char* name) {
    if (!in_.has_attribute(path, name)) problem("{} has no attribute {}", path, name);
  }

  void root() {
    for (const char* name : {"status", "run_id", "label", "dataset", "grouping", "parameters"})
      want_attribute("/", name);
    if (!problems_.empty()) return;
    status_ = in_.text_attribute("/", "status");
    if (status_ != "complete" && status_ != "partial" && status_ != "failed")
      problem("/@status is \"{}\"; expected complete, partial or failed", status_);
    const std::string type =
        in_.has_attribute("/", "encoding-type") ? in_.text_attribute("/", "encoding-type") : "";
    if (type != "rnb-run") problem("/@encoding-type is \"{}\"; expected rnb-run", type);
    if (in_.has_attribute("/", "row")) row();
  }

  void row() {
    try {
      row_from_text(in_.text_attribute("/", "row"), "/@row");
    } catch (const Error& e) {
      problem("{}", e.what());
    }
  }

  // Every group says how it is encoded, every data set has a unit.
  void tree(const std::string& group, int depth = 0) {
    want_attribute(group, "encoding-type");
    want_attribute(group, "encoding-version");
    if (depth > 8) return problem("{} lies deeper than any group of the format", group);
    for (const std::string& name : in_.children(group)) {
      const std::string path = (group == "/" ? "" : group) + "/" + name;
      if (in_.is_group(path)) {
        tree(path, depth + 1);
      } else {
        want_attribute(path, "units");
      }
    }
  }

  void names() {
    for (const char* group :
         {"/provenance", "/curves", "/mixture", "/signals", "/overhead", "/eval", "/regroup", "/warnings"})
      if (!in_.has(group)) problem("group {} is missing", group);
    want_attribute("/provenance", "experiment");
    for (const char* name : {"/mixture/domain_names", "/mixture/step", "/mixture/proposed",
                             "/mixture/realised_step", "/mixture/realised_counts", "/mixture/epochs",
                             "/mixture/evaluation_weights", "/mixture/train_examples", "/signals/step",
                             "/signals/call", "/signals/data", "/signals/record", "/warnings/code"})
      want_dataset(name);
    for (const char* curve : {"train_loss", "learning_rate", "gradient_norm", "valid_loss", "test_loss",
                              "test_domain_mean_loss", "test_accuracy"})
      for (const char* column : {"step", "value", "tokens", "flops", "seconds"})
        want_dataset(fmt::format("/curves/{}/{}", curve, column));
    for (const char* split : {"valid", "test"})
      for (const char* grouping : {"original", "active"})
        for (const char* column : {"domain_names", "step", "loss", "tokens"})
          want_dataset(fmt::format("/eval/{}/{}/{}", split, grouping, column));
    if (status_ != "complete") return;
    for (const char* name : {"/overhead/phase", "/overhead/seconds", "/overhead/flops", "/eval/examples/id",
                             "/eval/examples/loss", "/eval/examples/tokens"})
      want_dataset(name);
  }

  void want_dataset(const std::string& path) {
    if (!in_.has(path)) {
      problem("{} {} is missing", status_ == "complete" ? "the run is complete, but dataset" : "dataset",
              path);
    } else if (in_.is_group(path)) {
      problem("{} is a group; expected a dataset", path);
    }
  }

  uint64_t rows(const std::string& path) {
    const Shape s = in_.shape(path);
    if (s.size() == 1) return s[0];
    problem("{} has {} dimensions; expected 1", path, s.size());
    return 0;
  }

  void want_shape(const std::string& path, const Shape& expected) {
    if (const Shape s = in_.shape(path); s != expected)
      problem("{} has shape [{}]; expected [{}]", path, fmt::join(s, ", "), fmt::join(expected, ", "));
  }

  void shapes() {
    const uint64_t m = rows("/mixture/domain_names");
    const uint64_t steps = rows("/mixture/realised_step"), calls = rows("/signals/step");
    want_shape("/mixture/proposed", {rows("/mixture/step"), m});
    want_shape("/mixture/realised_counts", {steps, m});
    want_shape("/mixture/epochs", {steps, m});
    for (const char* name : {"/signals/call", "/signals/data", "/signals/record"}) want_shape(name, {calls});
    for (const std::string& curve : in_.children("/curves"))
      for (const std::string& column : in_.children("/curves/" + curve))
        want_shape(fmt::format("/curves/{}/{}", curve, column), {rows("/curves/" + curve + "/value")});
    for (const char* split : {"valid", "test"})
      for (const char* grouping : {"original", "active"}) {
        const std::string path = fmt::format("/eval/{}/{}", split, grouping);
        const Shape expected{rows(path + "/step"), rows(path + "/domain_names")};
        want_shape(path + "/loss", expected);
        want_shape(path + "/tokens", expected);
      }
    if (in_.has("/overhead/phase"))
      for (const char* name : {"/overhead/seconds", "/overhead/flops"})
        want_shape(name, {rows("/overhead/phase")});
    if (in_.has("/overhead/kind")) kinds();
    if (in_.has("/regroup/k")) want_shape("/regroup/silhouette", {rows("/regroup/k")});
    if (in_.has("/regroup/loss")) {
      const Shape s = in_.shape("/regroup/loss");
      want_shape("/regroup/loss", {rows("/regroup/k"), s.size() == 2 ? s[1] : 0});
    }
    if (in_.has("/eval/examples/id"))
      for (const char* name : {"/eval/examples/loss", "/eval/examples/tokens"})
        want_shape(name, {rows("/eval/examples/id")});
  }

  void kinds() {
    want_shape("/overhead/kind", {rows("/overhead/phase")});
    for (const std::string& kind : in_.strings("/overhead/kind"))
      if (!phase_kind_named(kind)) problem("/overhead/kind has \"{}\", which is no kind of phase", kind);
  }

  void mixtures() {
    const uint64_t m = rows("/mixture/domain_names");
    const auto p = in_.doubles("/mixture/proposed");
    for (size_t row = 0; m > 0 && row < p.size() / m; ++row) {
      double sum = 0;
      bool negative = false;
      for (size_t i = 0; i < m; ++i) {
        sum += p[row * m + i];
        negative |= p[row * m + i] < 0;
      }
      if (!(std::abs(sum - 1.0) < 1e-9)) problem("/mixture/proposed row {} sums to {}, not 1", row, sum);
      if (negative) problem("/mixture/proposed row {} has a negative share", row);
    }
  }

  Hdf5Reader in_;
  std::string status_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> validate_run(const std::filesystem::path& file, const std::string& group) {
  Validator validator(file, group);
  return validator.run();
}

}  // namespace rnb
