// `rnb replay`: a method over recorded signals, without a model.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/exit_code.h"
#include "base/name_value.h"
#include "harness/commands/command.h"
#include "harness/config/experiment.h"
#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/core/replay.h"
#include "results/recorded_signals.h"

namespace rnb {
namespace po = boost::program_options;
using Json = nlohmann::json;
using Options = std::map<std::string, std::string>;
namespace {

constexpr size_t kMostSettings = 1000;
constexpr const char* kOpenLoop =
    "open loop: the signals are those of the recorded run; a run that drew by these weights would have seen "
    "others";

struct Call {
  std::string name;
  int64_t step = 0;
  Decision decision;
};

// All settings of the grid, on top of `base`.
std::vector<Options> settings_of(const std::vector<std::string>& grid, const Options& base) {
  std::vector<Options> out{base};
  for (const std::string& word : grid) {
    const auto axis = split_name_value(word);
    if (!axis) fail_usage("replay", "--grid {}; expected name=value,value,..., as lambda=1,3", word);
    const auto& [name, list] = *axis;
    std::vector<Options> more;
    for (size_t at = 0; at <= list.size();) {
      const size_t end = std::min(list.find(',', at), list.size());
      for (Options o : out) {
        o[name] = list.substr(at, end - at);
        more.push_back(std::move(o));
      }
      at = end + 1;
    }
    out = std::move(more);
    if (out.size() > kMostSettings)
      fail_usage("replay", "--grid: more than {} settings; replay fewer at a time", kMostSettings);
  }
  return out;
}

std::vector<Call> calls_of(const std::string& method, const Options& options,
                           const RecordedSignals& recorded) {
  const auto decisions = replay(method, options, recorded.signals);
  std::vector<Call> out;
  for (const Json& signal : recorded.signals)
    if (signal.at("call") != "service")
      out.push_back(
          {signal.at("call").get<std::string>(), signal.at("step").get<int64_t>(), decisions.at(out.size())});
  return out;
}

std::vector<std::string> domains_of(const RecordedSignals& recorded) {
  for (const Json& signal : recorded.signals)
    if (signal.at("call") == "init") return signal.at("data").at("names").get<std::vector<std::string>>();
  return {};  // replay has refused such a record
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<uint64_t>(x) == std::bit_cast<uint64_t>(y);
  });
}

// Where the decisions leave the recorded mixtures, in words; none: nowhere.
std::optional<std::string> first_difference(const std::vector<Call>& calls, const RecordedSignals& recorded,
                                            const std::vector<std::string>& domains) {
  size_t k = 0;
  for (const Call& call : calls) {
    if (!call.decision.sampling) continue;
    const Weights& p = *call.decision.sampling;
    if (k == recorded.mixtures.size())
      return fmt::format("step {}, {}: a mixture where none was recorded", call.step, call.name);
    const auto& was = recorded.mixtures[k++];
    if (same_bits(p, was)) continue;
    for (size_t i = 0; i < p.size() && p.size() == was.size(); ++i)
      if (!same_bits({p[i]}, {was[i]}))
        return fmt::format("step {}, {}: domain '{}' has {}, recorded {}", call.step, call.name,
                           domains.at(i), p[i], was[i]);
    return fmt::format("step {}, {}: {} weights, recorded {}", call.step, call.name, p.size(), was.size());
  }
  if (k < recorded.mixtures.size())
    return fmt::format("{} mixtures were recorded, {} are decided", recorded.mixtures.size(), k);
  return std::nullopt;
}

Json as_json(const std::vector<Call>& calls) {
  Json out = Json::array();
  for (const Call& c : calls) {
    Json row = {
        {"step", c.step}, {"call", c.name}, {"record", c.decision.record}, {"warnings", Json::array()}};
    if (c.decision.sampling) row["sampling"] = exact(*c.decision.sampling);
    if (c.decision.loss_weights) row["loss_weights"] = exact(*c.decision.loss_weights);
    for (const Warning& w : c.decision.warnings)
      row["warnings"].push_back({{"code", w.code}, {"text", w.text}});
    out.push_back(std::move(row));
  }
  return out;
}

void print_row(const std::string& head, const Weights& p, const std::vector<std::string>& domains) {
  fmt::print("{}", head);
  for (size_t i = 0; i < p.size(); ++i)
    fmt::print("  {:>{}.4f}", p[i], std::max<size_t>(6, domains[i].size()));
  fmt::print("\n");
}

void print_header(const std::string& head, const std::vector<std::string>& domains) {
  fmt::print("{}", head);
  for (const std::string& name : domains) fmt::print("  {:>6}", name);
  fmt::print("\n");
}

void print_calls(const std::vector<Call>& calls, const std::vector<std::string>& domains) {
  print_header(fmt::format("{:>8} {:9}", "step", "call"), domains);
  for (const Call& c : calls) {
    if (c.decision.sampling)
      print_row(fmt::format("{:>8} {:9}", c.step, c.name), *c.decision.sampling, domains);
    if (c.decision.loss_weights)
      print_row(fmt::format("{:>8} {:9}", c.step, "  losses"), *c.decision.loss_weights, domains);
    for (const Warning& w : c.decision.warnings) fmt::print("{:>8} {}: {}\n", c.step, w.code, w.text);
  }
}

int replay_grid(const std::string& method, const std::vector<Options>& settings,
                const RecordedSignals& recorded, bool json) {
  const auto domains = domains_of(recorded);
  Json all = {{"method", method}, {"domains", domains}, {"note", kOpenLoop}, {"settings", Json::array()}};
  std::vector<std::string> labels;
  size_t width = 0;
  for (const Options& o : settings) {
    labels.push_back(method_label(method, o));
    width = std::max(width, labels.back().size());
  }
  if (!json) fmt::print("{}\nthe last sampling weights of each setting:\n", kOpenLoop);
  if (!json) print_header(fmt::format("{:{}}", "", width), domains);
  for (size_t k = 0; k < settings.size(); ++k) {
    const auto calls = calls_of(method, settings[k], recorded);
    all["settings"].push_back(
        {{"label", labels[k]}, {"options", settings[k]}, {"decisions", as_json(calls)}});
    const auto last =
        std::find_if(calls.rbegin(), calls.rend(), [](const Call& c) { return c.decision.sampling; });
    if (!json && last != calls.rend())
      print_row(fmt::format("{:{}}", labels[k], width), *last->decision.sampling, domains);
  }
  if (json) fmt::print("{}\n", all.dump(2));
  return 0;
}

int replay_alone(const std::string& method, const Options& options, const RecordedSignals& recorded,
                 bool json, bool compare) {
  const auto calls = calls_of(method, options, recorded);
  const auto domains = domains_of(recorded);
  const auto difference = recorded.has_mixtures ? first_difference(calls, recorded, domains) : std::nullopt;
  const bool equal = recorded.has_mixtures && !difference;
  if (json) {
    Json out = {
        {"method", method}, {"options", options}, {"domains", domains}, {"decisions", as_json(calls)}};
    if (recorded.has_mixtures) out["equal"] = equal;
    if (difference) out["first_difference"] = *difference;
    if (!equal) out["note"] = kOpenLoop;
    fmt::print("{}\n", out.dump(2));
  } else {
    print_calls(calls, domains);
    if (equal)
      fmt::print("equal: all {} mixtures are the recorded ones, bit for bit\n", recorded.mixtures.size());
    if (difference) fmt::print("differs from the record: {}\n", *difference);
    if (!equal) fmt::print("{}\n", kOpenLoop);
  }
  return compare && !equal ? kExitMismatch : kExitOk;
}

po::options_description described() {
  po::options_description options("Options of rnb replay");
  auto add = options.add_options();
  add("method-option", po::value<std::vector<std::string>>()->composing(),
      "name=value, for the method; repeatable");
  add("grid", po::value<std::vector<std::string>>()->composing(),
      "name=value,value,...: every combination, open loop; repeatable");
  add("compare", "exit with 4 unless the mixtures are the recorded ones bit for bit");
  add("json", "for machines");
  return options;
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const MethodSpec& spec : method_specs()) out.push_back(spec.name);
  return out;
}

int replay_recorded(const CommandInput& input) {
  if (input.words.size() != 2)
    fail_usage("replay", "{} words; expected METHOD FILE, as: rnb replay rnb runs/ID", input.words.size());
  const bool compare = input.has("compare"), json = input.has("json");
  const auto grid = input.texts("grid");
  if (compare && !grid.empty())
    fail_usage("replay", "--compare and --grid: a grid has nothing to be compared with");
  Experiment e;  // a method is named here as in an experiment: "fixed:FILE", name=value
  set_key(e, "method", input.words[0], "command line");
  for (const std::string& word : input.texts("method-option"))
    set_key(e, "method-option", word, "command line");
  const auto settings = settings_of(grid, e.method_options);
  for (const Options& o : settings) resolve_options(method_spec(e.method), o);  // before the file is read
  const RecordedSignals recorded = read_recorded_signals(input.words[1]);
  if (!grid.empty()) return replay_grid(e.method, settings, recorded, json);
  if (compare && !recorded.has_mixtures)
    fail("replay", "{}: holds no mixtures to compare with, only signals", input.words[1]);
  return replay_alone(e.method, e.method_options, recorded, json, compare);
}

}  // namespace

RNB_REGISTER(Command, .name = "replay", .section = Section::Results, .usage = "METHOD FILE",
             .summary = "a method over recorded signals, without a model",
             .details = "FILE: a run folder, a run.h5, or JSON lines.", .options = described, .words = names,
             .run = replay_recorded);

}  // namespace rnb
