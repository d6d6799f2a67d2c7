#include "results/recorded_signals.h"

#include "base/error.h"
#include "base/json_file.h"
#include "base/json_lines.h"
#include "results/hdf5_file.h"
#include "results/run_file.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

RecordedSignals from_run_file(const fs::path& file) {
  const auto runs = find_runs({file.string()});
  if (runs.size() != 1)
    fail("replay", "{}: holds {} runs; expected the file of one", file.string(), runs.size());
  const Hdf5Reader in(file, runs[0].group());
  RecordedSignals out;
  if (!in.has("/signals/call")) return out;
  const auto steps = in.doubles("/signals/step");
  const auto calls = in.strings("/signals/call"), data = in.strings("/signals/data");
  if (calls.size() != steps.size() || data.size() != steps.size())
    fail("replay", "{}: the columns of /signals differ in length; rnb validate says more", file.string());
  for (size_t k = 0; k < steps.size(); ++k) {
    Json parsed = Json::parse(data[k], nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) fail("replay", "{}: row {} of /signals/data is not JSON", file.string(), k);
    out.signals.push_back(
        {{"call", calls[k]}, {"step", static_cast<int64_t>(steps[k])}, {"data", std::move(parsed)}});
  }
  const auto values = in.doubles("/mixture/proposed");
  const auto shape = in.shape("/mixture/proposed");
  if (shape.size() != 2) fail("replay", "{}: /mixture/proposed is not a table", file.string());
  out.has_mixtures = true;
  const auto m = static_cast<std::ptrdiff_t>(shape[1]);
  for (std::ptrdiff_t row = 0; row < static_cast<std::ptrdiff_t>(shape[0]); ++row)
    out.mixtures.emplace_back(values.begin() + row * m, values.begin() + (row + 1) * m);
  return out;
}

RecordedSignals from_lines(const fs::path& file) {
  RecordedSignals out;
  for_each_json_line(file, [&](int64_t number, const Json& line) {
    const std::string where = fmt::format("{}:{}", file.string(), number);
    const auto event = line.is_object() ? line.value("event", Json("signal")) : Json("signal");
    if (event == "mixture") {
      out.has_mixtures = true;
      out.mixtures.push_back(json_field<std::vector<double>>(line, "p", where));
    } else if (event == "signal") {
      out.signals.push_back({{"call", json_field<std::string>(line, "call", where)},
                             {"step", json_field<int64_t>(line, "step", where)},
                             {"data", json_field<Json>(line, "data", where)}});
    }
  });
  return out;
}

}  // namespace

RecordedSignals read_recorded_signals(const fs::path& place) {
  fs::path file = place;
  if (fs::is_directory(place)) file /= fs::exists(place / "run.h5") ? "run.h5" : "events.jsonl";
  if (!fs::is_regular_file(file))
    fail("replay", "{}: is not a file; expected a run folder, a run.h5 or JSON lines of signals",
         file.string());
  RecordedSignals out = file.extension() == ".h5" ? from_run_file(file) : from_lines(file);
  if (out.signals.empty()) fail("replay", "{}: holds no signals", file.string());
  return out;
}

}  // namespace rnb
