// `rnb cost`: what methods cost, as formulas and as measured.

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "harness/bill/cost_formulas.h"
#include "harness/bill/cost_table1.h"
#include "harness/commands/command.h"
#include "results/measured_cost.h"

namespace rnb {
namespace po = boost::program_options;
using Json = nlohmann::json;
namespace {

Json number(double v) {
  return std::isfinite(v) ? Json(v) : Json();
}

Json inputs_json(const CostInputs& c) {
  return {{"N", number(c.parameters)}, {"D_t", number(c.train_tokens)}, {"D_e", number(c.eval_tokens)},
          {"T", number(c.rounds)},     {"m", number(c.domains)},        {"delta", number(c.delta)}};
}

std::string inputs_text(const CostInputs& c) {
  return fmt::format("N={:.9g} D_t={:.9g} D_e={:.9g} T={:g} m={:g} delta={:g}", c.parameters, c.train_tokens,
                     c.eval_tokens, c.rounds, c.domains, c.delta);
}

void print_formulas(const CostInputs& c, const PassInputs& passes, bool json) {
  if (json) {
    Json out = {
        {"inputs", inputs_json(c)}, {"training_flops", training_flops(c)}, {"formulas", Json::array()}};
    for (const CostFormula& f : cost_formulas())
      out["formulas"].push_back({{"method", f.method},
                                 {"formula", f.formula},
                                 {"percent", 100 * f.share(c)},
                                 {"flops", f.share(c) * training_flops(c)}});
    for (const PassBill& b : pass_bills())
      out["passes"].push_back(
          {{"method", b.method}, {"passes", b.passes}, {"percent", 100 * b.share(passes)}});
    fmt::print("{}\n", out.dump(2));
    return;
  }
  fmt::print("{}\ntraining: 6 N D_t = {:.4g} FLOP\n\n", inputs_text(c), training_flops(c));
  fmt::print("the R&B paper's formulas (Table 4), % of training:\n");
  for (const CostFormula& f : cost_formulas())
    fmt::print("  {:10} {:>12.6g}   {}\n", f.title, 100 * f.share(c), f.formula);
  fmt::print("\nby passes over a model of the same size, probes every {:g} of {:g} steps, % of training:\n",
             passes.every, passes.steps);
  for (const PassBill& b : pass_bills())
    fmt::print("  {:10} {:>12.6g}   {}\n", b.title, 100 * b.share(passes), b.passes);
}

double percent(const Table1Cell& cell, const CostInputs& inputs) {
  return 100 * cost_formula(cell.method)->share(inputs);
}

void print_table1(bool json) {
  Json all = Json::array();
  if (!json) {
    const CostInputs c;
    fmt::print(
        "Table 1 of arXiv:2505.00358: overheads in % of training, by the formulas of its Table 4\n"
        "N={:.9g} D_t={:.9g} (2,000 steps of 16 x 512) delta={:g}; T=10 and the column's own m, then the "
        "inputs that fit\n\n",
        c.parameters, c.train_tokens, c.delta);
    fmt::print("{:17} {:9} {:>9} {:>12}   {:>12} {:10} {}\n", "data set", "method", "printed", "own inputs",
               "fitting", "", "with");
  }
  for (const Table1Cell& cell : table1()) {
    const double own = percent(cell, cell.row), fitting = percent(cell, cell.fits);
    const bool agree = agrees(fitting, cell.printed);
    all.push_back({{"dataset", cell.dataset},
                   {"method", cell.method},
                   {"printed", cell.printed},
                   {"own_inputs", inputs_json(cell.row)},
                   {"own_percent", own},
                   {"own_agrees", agrees(own, cell.printed)},
                   {"fitting_inputs", inputs_json(cell.fits)},
                   {"fitting_percent", fitting},
                   {"fitting_agrees", agree},
                   {"remark", cell.remark}});
    if (json) continue;
    fmt::print("{:17} {:9} {:>9} {:>12.6g}   {:>12.6g} {:10} m={:g} T={:g} D_e={:.6g}\n", cell.dataset,
               cost_formula(cell.method)->title, cell.printed, own, fitting, agree ? "agrees" : "DISAGREES",
               cell.fits.domains, cell.fits.rounds, cell.fits.eval_tokens);
  }
  if (json) {
    fmt::print("{}\n", all.dump(2));
    return;
  }
  fmt::print("\n");
  std::string last;
  for (const Table1Cell& cell : table1()) {
    if (!cell.remark.empty() && cell.remark != last)
      fmt::print("{}, {}: {}\n", cell.dataset, cost_formula(cell.method)->title, cell.remark);
    last = cell.remark;
  }
  CostInputs plausible = table1().back().row;
  plausible.eval_tokens /= 512;
  fmt::print("With D_e / 512 = {:.3g} tokens Sup-NatInst-test costs", plausible.eval_tokens);
  for (const CostFormula& f : cost_formulas()) fmt::print(" {} {:.2g} %", f.title, 100 * f.share(plausible));
  fmt::print(". That column is no target: measure.\n");
}

void print_measured(const std::vector<std::string>& places, double delta, bool json) {
  Json all = Json::array();
  if (!json)
    fmt::print("{:40} {:>11} {:>10} {:>9} {:>4} {:>4}  {:>12} {:>12} {:>12}\n", "run", "N", "D_t", "D_e", "m",
               "T", "formula %", "FLOPs %", "seconds %");
  for (const RunPlace& place : find_runs(places)) {
    const MeasuredCost run = read_measured_cost(place);
    const CostInputs c{run.run.parameters, run.train_tokens, run.eval_tokens, run.rounds, run.domains, delta};
    const CostFormula* const formula = cost_formula(run.method);
    const double expected = formula ? 100 * formula->share(c) : std::nan("");
    const double flops = 100 * run.run.overhead(run.run.flops),
                 seconds = 100 * run.run.overhead(run.run.seconds);
    all.push_back({{"file", place.text()},
                   {"run_id", run.run.run_id},
                   {"label", run.run.label},
                   {"inputs", inputs_json(c)},
                   {"formula", formula ? Json(formula->formula) : Json()},
                   {"formula_percent", number(expected)},
                   {"flops_percent", number(flops)},
                   {"seconds_percent", number(seconds)}});
    if (json) continue;
    const auto shown = [](double v) {
      return std::isfinite(v) ? fmt::format("{:.5g}", v) : std::string("-");
    };
    fmt::print("{:40} {:>11} {:>10} {:>9} {:>4} {:>4}  {:>12} {:>12} {:>12}\n",
               fmt::format("{} ({})", run.run.label, run.run.run_id), shown(c.parameters),
               shown(c.train_tokens), shown(c.eval_tokens), c.domains, c.rounds, shown(expected),
               shown(flops), shown(seconds));
  }
  if (json) {
    fmt::print("{}\n", all.dump(2));
    return;
  }
  fmt::print(
      "formula: the R&B paper's (Table 4) with the run's own sizes and delta={:g}, - where it has none; "
      "FLOPs and "
      "seconds: what the run charged to its method. Shares of training.\n",
      delta);
}

po::options_description described() {
  po::options_description options("Options of rnb cost");
  const CostInputs c;
  auto add = options.add_options();
  const auto number_option = [](double value, const char* shown) {
    return po::value<double>()->default_value(value, shown);
  };
  add("parameters", number_option(c.parameters, "GPT-Neo 125M"), "N");
  add("train-tokens", number_option(c.train_tokens, "2000 x 16 x 512"), "D_t");
  add("eval-tokens", number_option(c.eval_tokens, "750 x 512"), "D_e (default: Dolly's)");
  add("rounds", number_option(c.rounds, "10"), "T");
  add("domains", number_option(c.domains, "8"), "m");
  add("delta", number_option(c.delta, "0.0005"), "share of the training data that reweighting uses");
  add("batch-tokens", number_option(16 * 512, "16 x 512"), "bill by passes: tokens per step");
  add("every", number_option(100, "100"), "bill by passes: steps between gradient probes");
  add("table1", "the R&B paper's Table 1 from its own inputs, with what does not fit");
  add("measured", "formula and measurement of the RUNS");
  add("json", "for machines");
  return options;
}

double checked(const CommandInput& input, const char* option, double low) {
  const double value = input.get<double>(option);
  if (!(value >= low && value < 1e30))
    fail_usage("cost", "--{} {}; expected a number of at least {}", option, value, low);
  return value;
}

int cost(const CommandInput& input) {
  const bool json = input.has("json"), measured = input.has("measured");
  if (!measured && !input.words.empty())
    fail_usage("cost", "'{}'; runs are given with --measured", input.words[0]);
  if (measured && input.words.empty())
    fail_usage("cost", "--measured: no run is named; give run folders or run.h5 files");
  if (measured && input.has("table1"))
    fail_usage("cost", "--measured and --table1 are two tables; ask for one");
  CostInputs c;
  c.parameters = checked(input, "parameters", 1);
  c.train_tokens = checked(input, "train-tokens", 1);
  c.eval_tokens = checked(input, "eval-tokens", 0);
  c.rounds = checked(input, "rounds", 0);
  c.domains = checked(input, "domains", 1);
  c.delta = checked(input, "delta", 0);
  const double batch_tokens = checked(input, "batch-tokens", 1), every = checked(input, "every", 1);
  if (measured)
    print_measured(input.words, c.delta, json);
  else if (input.has("table1"))
    print_table1(json);
  else
    print_formulas(c, {c.parameters, batch_tokens, c.train_tokens / batch_tokens, c.domains, every}, json);
  return 0;
}

}  // namespace

RNB_REGISTER(Command, .name = "cost", .section = Section::Results, .usage = "[--measured RUNS...]",
             .summary = "what methods cost, as formulas and as measured", .options = described, .run = cost);

}  // namespace rnb
