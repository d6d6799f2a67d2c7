#include "results/run_file.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "results/hdf5_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double last_value(const Hdf5Reader& in, const std::string& curve) {
  const std::string path = "/curves/" + curve + "/value";
  if (!in.has(path)) return kNone;
  const auto values = in.doubles(path);
  return values.empty() ? kNone : values.back();
}

double number_attribute(const Hdf5Reader& in, const std::string& path, const std::string& name) {
  return in.has_attribute(path, name) ? in.number_attribute(path, name) : kNone;
}

}  // namespace

double RunSummary::overhead(const std::map<std::string, double>& by_phase) const {
  double charged = 0;
  for (const char* phase :
       {"signal", "update", "probe_kept", "probe_discarded", "proxy", "reference", "eval_mixing"})
    if (const auto it = by_phase.find(phase); it != by_phase.end()) charged += it->second;
  const auto train = by_phase.find("train");
  return train == by_phase.end() || train->second <= 0 ? kNone : charged / train->second;
}

RunSummary read_run(const fs::path& file) {
  const Hdf5Reader in(file);
  if (!in.has_attribute("/", "encoding-type") || in.text_attribute("/", "encoding-type") != "rnb-run")
    fail("results", "{}: is not a run file", file.string());
  RunSummary r;
  r.file = file;
  r.run_id = in.text_attribute("/", "run_id");
  r.status = in.text_attribute("/", "status");
  r.label = in.text_attribute("/", "label");
  r.dataset = in.text_attribute("/", "dataset");
  r.grouping = in.text_attribute("/", "grouping");
  r.experiment = nlohmann::json::parse(in.text_attribute("/provenance", "experiment"));
  r.shared_machine = in.has_attribute("/provenance", "shared_machine") &&
                     in.text_attribute("/provenance", "shared_machine") == "true";
  r.parameters = number_attribute(in, "/", "parameters");
  r.test_loss = last_value(in, "test_loss");
  r.domain_mean_loss = last_value(in, "test_domain_mean_loss");
  r.accuracy = last_value(in, "test_accuracy");
  r.weighted_loss = last_value(in, "test_weighted_loss");
  if (in.has("/overhead/phase")) {
    const auto phases = in.strings("/overhead/phase");
    const auto seconds = in.doubles("/overhead/seconds"), flops = in.doubles("/overhead/flops");
    for (size_t i = 0; i < phases.size(); ++i) {
      r.seconds[phases[i]] = seconds[i];
      r.flops[phases[i]] = flops[i];
    }
    r.wall_seconds = number_attribute(in, "/overhead", "wall_seconds");
    r.formula_overhead = number_attribute(in, "/overhead", "formula_flops_method") /
                         number_attribute(in, "/overhead", "formula_flops_train");
  }
  return r;
}

std::vector<fs::path> find_runs(const std::vector<std::string>& places) {
  std::vector<fs::path> out;
  for (const std::string& place : places) {
    const size_t before = out.size();
    if (fs::is_regular_file(place)) out.emplace_back(place);
    std::error_code code;
    if (fs::exists(fs::path(place) / "run.h5")) out.push_back(fs::path(place) / "run.h5");
    for (const auto& entry : fs::directory_iterator(place, code))
      if (fs::exists(entry.path() / "run.h5")) out.push_back(entry.path() / "run.h5");
    if (out.size() == before)
      fail("report", "{}: holds no run.h5; expected a run folder, a run file, or a folder of run folders",
           place);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> validate_run(const fs::path& file) {
  std::vector<std::string> problems;
  const Hdf5Reader in(file);
  const auto want_attribute = [&](const std::string& path, const char* name) {
    if (!in.has_attribute(path, name)) problems.push_back(fmt::format("{} has no attribute {}", path, name));
  };
  for (const char* name : {"status", "run_id", "label", "dataset", "grouping", "parameters"})
    want_attribute("/", name);
  for (const char* group :
       {"/provenance", "/curves", "/mixture", "/signals", "/overhead", "/eval", "/regroup", "/warnings"}) {
    if (!in.has(group)) {
      problems.push_back(fmt::format("group {} is missing", group));
      continue;
    }
    want_attribute(group, "encoding-type");
    want_attribute(group, "encoding-version");
  }
  for (const char* dataset :
       {"/curves/train_loss/step", "/curves/train_loss/value", "/curves/test_loss/value",
        "/mixture/domain_names", "/mixture/step", "/mixture/proposed", "/mixture/realised_counts",
        "/mixture/epochs", "/signals/step", "/signals/call", "/signals/data", "/eval/test/original/loss",
        "/eval/test/active/loss", "/warnings/code"}) {
    if (!in.has(dataset)) {
      problems.push_back(fmt::format("dataset {} is missing", dataset));
    } else {
      want_attribute(dataset, "units");
    }
  }
  if (!problems.empty()) return problems;
  const auto m = in.shape("/mixture/domain_names")[0];
  const auto proposed = in.shape("/mixture/proposed");
  if (proposed.size() != 2 || proposed[1] != m || proposed[0] != in.shape("/mixture/step")[0])
    problems.push_back(fmt::format("/mixture/proposed has shape [{}]; expected one row a step and {} columns",
                                   fmt::join(proposed, ", "), m));
  const auto p = in.doubles("/mixture/proposed");
  for (size_t row = 0; problems.empty() && row < proposed[0]; ++row) {
    double sum = 0;
    for (size_t i = 0; i < m; ++i) sum += p[row * m + i];
    if (!(std::abs(sum - 1.0) < 1e-9))
      problems.push_back(fmt::format("/mixture/proposed row {} sums to {}, not 1", row, sum));
  }
  if (in.text_attribute("/", "status") == "complete")
    for (const char* dataset : {"/overhead/phase", "/overhead/seconds", "/overhead/flops",
                                "/eval/examples/id", "/eval/examples/loss", "/eval/examples/tokens"})
      if (!in.has(dataset))
        problems.push_back(fmt::format("the run is complete, but dataset {} is missing", dataset));
  return problems;
}

}  // namespace rnb
