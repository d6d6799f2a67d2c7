// Trains on the mean p of another run, held still: the control that says whether a method's gain came from
// the mixture that it found or from changing it (LLM-Shearing, issue 11). The mean is over steps: a mixture
// counts from its first step to the next one's. Probe steps on mixtures of their own are not in that record.

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/json_file.h"
#include "base/json_lines.h"
#include "base/suggest.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

struct PastRun {
  std::vector<std::string> domains;
  std::vector<int64_t> first_used;
  std::vector<Weights> p;
  int64_t steps = 0;
  bool complete = false;
};

void take(PastRun& run, const nlohmann::json& event, const std::string& where) {
  const auto kind = json_field<std::string>(event, "event", where);
  if (kind == "start") {
    run.domains = json_field<std::vector<std::string>>(event.at("domains"), "active", where);
  } else if (kind == "mixture") {
    run.first_used.push_back(json_field<int64_t>(event, "first_used", where));
    run.p.push_back(doubles(event.at("p")));
    check_weights(run.p.back(), run.domains.size(), where);
  } else if (kind == "step") {
    run.steps = std::max(run.steps, json_field<int64_t>(event, "step", where));
  } else if (kind == "end") {
    run.complete = json_field<std::string>(event, "status", where) == "complete";
  }
}

PastRun read_run(const std::filesystem::path& folder) {
  const std::string file = (folder / "events.jsonl").string();
  PastRun run;
  for_each_json_line(file, [&](int64_t number, const nlohmann::json& event) {
    const std::string where = fmt::format("{}:{}", file, number);
    try {
      take(run, event, where);
    } catch (const nlohmann::json::exception& e) {
      fail("static_at", "{}: {}", where, e.what());
    }
  });
  if (!run.complete || run.p.empty() || run.steps < 1)
    fail("static_at", "{}: the run is not complete; finish it first, its mean is over all of its steps",
         file);
  return run;
}

Weights mean_over_steps(const PastRun& run) {
  Weights mean(run.domains.size());
  for (size_t k = 0; k < run.p.size(); ++k) {
    const int64_t end = k + 1 < run.p.size() ? run.first_used[k + 1] : run.steps + 1;
    const auto steps =
        static_cast<double>(std::max<int64_t>(0, std::min(end, run.steps + 1) - run.first_used[k]));
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += run.p[k][i] * steps;
  }
  return normalised(mean);
}

Weights weights_of(const std::string& folder, const Domains& domains) {
  const PastRun run = read_run(folder);
  const Weights mean = mean_over_steps(run);
  Weights out(domains.size());
  for (size_t k = 0; k < mean.size(); ++k) {
    const auto it = std::find(domains.names.begin(), domains.names.end(), run.domains[k]);
    if (it == domains.names.end())
      fail("static_at", "run={}: its domain '{}' is not in this run's data{}; use the same data and grouping",
           folder, run.domains[k], suggestion(run.domains[k], domains.names));
    const auto i = static_cast<size_t>(it - domains.names.begin());
    if (mean[k] > 0 && domains.train_examples[i] == 0)
      fail("static_at", "run={}: domain '{}' has weight {} there but no training examples here", folder,
           run.domains[k], mean[k]);
    out[i] = mean[k];
  }
  if (mean.size() != out.size())
    fail("static_at", "run={}: {} domains there, {} here; use the same data and grouping", folder,
         mean.size(), out.size());
  return out;
}

RNB_REGISTER(
    MethodSpec, .name = "static_at", .summary = "another run's mean weights, held still", .source = "control",
    .options = {{.name = "run", .help = "folder of a complete run on the same domains", .required = true}},
    .traits = {.not_uniform_on_zero_signal = "keeps the other run's weights whatever the signal"},
    .make =
        [](const MethodOptions& o) {
          return std::make_unique<FixedMixer>(
              [folder = o.text("run")](const Domains& d) { return weights_of(folder, d); });
        },
    .colon_option = "run");

}  // namespace
}  // namespace rnb
