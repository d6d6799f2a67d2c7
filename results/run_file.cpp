#include "results/run_file.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "results/hdf5_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double last_value(const Hdf5Reader& in, const std::string& curve, const char* column = "value") {
  const std::string path = "/curves/" + curve + "/" + column;
  if (!in.has(path)) return kNone;
  const auto values = in.doubles(path);
  return values.empty() ? kNone : values.back();
}

double number_attribute(const Hdf5Reader& in, const std::string& path, const std::string& name) {
  return in.has_attribute(path, name) ? in.number_attribute(path, name) : kNone;
}

void read_bill(const Hdf5Reader& in, RunSummary& r) {
  const auto phases = in.strings("/overhead/phase");
  const auto kinds =
      in.has("/overhead/kind") ? in.strings("/overhead/kind") : std::vector<std::string>(phases.size());
  const auto seconds = in.doubles("/overhead/seconds"), flops = in.doubles("/overhead/flops");
  if (seconds.size() != phases.size() || flops.size() != phases.size() || kinds.size() != phases.size())
    fail("results", "{}: the columns of /overhead differ in length; rnb validate says more", r.file.string());
  for (size_t i = 0; i < phases.size(); ++i) {
    r.seconds[phases[i]] = seconds[i];
    r.flops[phases[i]] = flops[i];
    if (!kinds[i].empty()) r.kinds[phases[i]] = phase_kind_named(kinds[i]).value_or(PhaseKind::Unknown);
  }
  r.wall_seconds = number_attribute(in, "/overhead", "wall_seconds");
  r.formula_overhead = number_attribute(in, "/overhead", "formula_flops_method") /
                       number_attribute(in, "/overhead", "formula_flops_train");
  const bool fixed = in.has("/mixture/step") && in.shape("/mixture/step") == std::vector<uint64_t>{1};
  if (std::isnan(r.formula_overhead) && fixed && r.overhead(r.flops) == 0) r.formula_overhead = 0;
}

}  // namespace

double RunSummary::overhead(const std::map<std::string, double>& by_phase) const {
  double own = 0, charged = 0;
  for (const auto& [phase, cost] : by_phase) {
    const auto said = kinds.find(phase);
    const PhaseKind kind = said == kinds.end() ? kind_of_phase_named(phase) : said->second;
    if (kind == PhaseKind::OwnStep) own += cost;
    if (kind == PhaseKind::Overhead) charged += cost;
  }
  return own > 0 ? charged / own : kNone;
}

std::string RunPlace::text() const {
  return run_id.empty() ? file.string() : file.string() + "/" + run_id;
}

std::string RunPlace::group() const {
  return run_id.empty() ? "" : "/" + run_id;
}

RunSummary read_run(const RunPlace& place) {
  const fs::path file = place.text();
  const Hdf5Reader in(place.file, place.group());
  if (in.has_attribute("/", "encoding-type") && in.text_attribute("/", "encoding-type") == "rnb-runs")
    fail("results", "{}: is a file of many runs (rnb merge), not one run", file.string());
  if (!in.has_attribute("/", "encoding-type") || in.text_attribute("/", "encoding-type") != "rnb-run")
    fail("results", "{}: is not a run file", file.string());
  RunSummary r;
  r.file = file;
  r.run_id = in.text_attribute("/", "run_id");
  r.status = in.text_attribute("/", "status");
  r.label = in.text_attribute("/", "label");
  r.dataset = in.text_attribute("/", "dataset");
  r.grouping = in.text_attribute("/", "grouping");
  r.experiment =
      nlohmann::json::parse(in.text_attribute("/provenance", "experiment"), nullptr, /*exceptions=*/false);
  if (!r.experiment.is_object())
    fail("results", "{}: /provenance@experiment is not a JSON object", file.string());
  for (const auto& [key, value] : r.experiment.items())
    if (!value.is_string()) fail("results", "{}: experiment key {} is not a text", file.string(), key);
  if (in.has_attribute("/provenance", "store_digest"))
    r.store_digest = in.text_attribute("/provenance", "store_digest");
  r.shared_machine = in.has_attribute("/provenance", "shared_machine") &&
                     in.text_attribute("/provenance", "shared_machine") == "true";
  if (in.has_attribute("/", "row"))
    r.row = row_from_text(in.text_attribute("/", "row"), file.string() + "/@row");
  r.parameters = number_attribute(in, "/", "parameters");
  r.test_loss = last_value(in, "test_loss");
  r.steps = last_value(in, "test_loss", "step");
  r.domain_mean_loss = last_value(in, "test_domain_mean_loss");
  r.accuracy = last_value(in, "test_accuracy");
  r.weighted_loss = last_value(in, "test_weighted_loss");
  if (in.has("/overhead/phase")) read_bill(in, r);
  return r;
}

nlohmann::json to_json(const RunSummary& r) {
  return {{"file", r.file.string()},
          {"run_id", r.run_id},
          {"status", r.status},
          {"label", r.label},
          {"dataset", r.dataset},
          {"grouping", r.grouping},
          {"experiment", r.experiment},
          {"shared_machine", r.shared_machine},
          {"parameters", r.parameters},
          {"steps", r.steps},
          {"test_loss", r.test_loss},
          {"domain_mean_loss", r.domain_mean_loss},
          {"accuracy", r.accuracy},
          {"weighted_loss", r.weighted_loss},
          {"wall_seconds", r.wall_seconds},
          {"seconds", r.seconds},
          {"flops", r.flops},
          {"overhead_seconds", r.overhead(r.seconds)},
          {"overhead_flops", r.overhead(r.flops)},
          {"overhead_formula", r.formula_overhead}};
}

namespace {

// The runs of a named file. One that cannot be read counts as a run: whoever opens it says what is wrong.
std::vector<RunPlace> runs_in_file(const fs::path& file) {
  try {
    const Hdf5Reader in(file);
    if (!in.has_attribute("/", "encoding-type") || in.text_attribute("/", "encoding-type") != "rnb-runs")
      return {{file, ""}};
    std::vector<RunPlace> runs;
    for (const std::string& id : in.children("/")) runs.push_back({file, id});
    return runs;
  } catch (const Error&) {
    return {{file, ""}};
  }
}

}  // namespace

std::vector<RunPlace> find_runs(const std::vector<std::string>& places) {
  std::vector<RunPlace> out;
  for (const std::string& place : places) {
    const size_t before = out.size();
    if (fs::is_regular_file(place))
      for (RunPlace& run : runs_in_file(place)) out.push_back(std::move(run));
    std::error_code code;
    if (fs::exists(fs::path(place) / "run.h5")) out.push_back({fs::path(place) / "run.h5", ""});
    for (const auto& entry : fs::directory_iterator(place, code))
      if (fs::exists(entry.path() / "run.h5")) out.push_back({entry.path() / "run.h5", ""});
    if (out.size() == before)
      fail("report",
           "{}: holds no run; expected a run folder, a run.h5, a folder of run folders, or a file of rnb "
           "merge",
           place);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace rnb
