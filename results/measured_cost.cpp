#include "results/measured_cost.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "results/hdf5_file.h"

namespace rnb {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Tokens of the last evaluation, over all domains.
double last_evaluation_tokens(const Hdf5Reader& in) {
  const std::string path = "/eval/valid/active/tokens";
  if (!in.has(path)) return kNone;
  const auto tokens = in.doubles(path);
  const auto shape = in.shape(path);
  if (shape.size() != 2 || tokens.empty()) return kNone;
  return std::accumulate(tokens.end() - static_cast<std::ptrdiff_t>(shape[1]), tokens.end(), 0.0);
}

}  // namespace

MeasuredCost read_measured_cost(const RunPlace& place) {
  MeasuredCost out;
  out.run = read_run(place);
  const std::string method = out.run.experiment.value("method", out.run.label);
  out.method = method.substr(0, method.find_first_of(" :"));
  const Hdf5Reader in(place.file, place.group());
  out.domains = static_cast<double>(in.strings("/mixture/domain_names").size());
  const auto tokens =
      in.has("/curves/train_loss/tokens") ? in.doubles("/curves/train_loss/tokens") : std::vector<double>{};
  out.train_tokens = tokens.empty() ? kNone : tokens.back();
  out.eval_tokens = last_evaluation_tokens(in);
  const auto calls = in.has("/signals/call") ? in.strings("/signals/call") : std::vector<std::string>{};
  const auto count = [&](const char* call) {
    return static_cast<double>(std::count(calls.begin(), calls.end(), call));
  };
  out.rounds = count("on_round") > 0 ? count("on_round") : count("on_eval");
  return out;
}

}  // namespace rnb
