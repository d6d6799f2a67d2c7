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
  const auto sum = [&](std::initializer_list<const char*> phases) {
    double total = 0;
    for (const char* phase : phases)
      if (const auto it = by_phase.find(phase); it != by_phase.end()) total += it->second;
    return total;
  };
  const double train = sum({"train", "probe_kept"});  // a kept probe's steps are steps of the run
  const double charged = sum({"signal", "update", "probe_discarded", "proxy", "reference", "eval_mixing"});
  return train > 0 ? charged / train : kNone;
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
  r.parameters = number_attribute(in, "/", "parameters");
  r.test_loss = last_value(in, "test_loss");
  r.domain_mean_loss = last_value(in, "test_domain_mean_loss");
  r.accuracy = last_value(in, "test_accuracy");
  r.weighted_loss = last_value(in, "test_weighted_loss");
  if (in.has("/overhead/phase")) {
    const auto phases = in.strings("/overhead/phase");
    const auto seconds = in.doubles("/overhead/seconds"), flops = in.doubles("/overhead/flops");
    if (seconds.size() != phases.size() || flops.size() != phases.size())
      fail("results", "{}: the columns of /overhead differ in length; rnb validate says more", file.string());
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

}  // namespace rnb
