#include "harness/commands/cost_command.h"

#include <cmath>
#include <map>

#include "base/command_line.h"
#include "base/error.h"
#include "harness/bill/cost_formulas.h"
#include "harness/bill/cost_table1.h"
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

void check(const char* option, double value, double low) {
  if (!(value >= low && value < 1e30))
    fail_usage("cost", "--{} {}; expected a number of at least {}", option, value, low);
}

}  // namespace

int cost_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb cost");
  CostInputs c;
  double every = 100, batch_tokens = 16 * 512;
  std::vector<std::string> runs;
  options.add_options()("parameters", po::value(&c.parameters), "N (default GPT-Neo 125M)")(
      "train-tokens", po::value(&c.train_tokens), "D_t (default 2000 x 16 x 512)")(
      "eval-tokens", po::value(&c.eval_tokens), "D_e (default 750 x 512, Dolly)")(
      "rounds", po::value(&c.rounds), "T (default 10)")("domains", po::value(&c.domains), "m (default 8)")(
      "delta", po::value(&c.delta), "share of the training data that reweighting uses (default 0.0005)")(
      "batch-tokens", po::value(&batch_tokens), "bill by passes: tokens a step (default 16 x 512)")(
      "every", po::value(&every), "bill by passes: steps between gradient probes (default 100)")(
      "table1", "the R&B paper's Table 1 from its own inputs, with what does not fit")(
      "measured", "formula and measurement of the RUNS")("json", "for machines");
  po::variables_map values;
  if (!parse_command_line(args,
                          {"cost", "[--measured RUNS...]", "what methods cost, as formulas and as measured"},
                          options, values, &runs))
    return 0;
  const bool json = values.count("json") > 0, measured = values.count("measured") > 0;
  if (!measured && !runs.empty()) fail_usage("cost", "'{}'; runs are given with --measured", runs[0]);
  if (measured && runs.empty())
    fail_usage("cost", "--measured: no run is named; give run folders or run.h5 files");
  if (measured && values.count("table1"))
    fail_usage("cost", "--measured and --table1 are two tables; ask for one");
  check("parameters", c.parameters, 1);
  check("train-tokens", c.train_tokens, 1);
  check("eval-tokens", c.eval_tokens, 0);
  check("rounds", c.rounds, 0);
  check("domains", c.domains, 1);
  check("delta", c.delta, 0);
  check("batch-tokens", batch_tokens, 1);
  check("every", every, 1);
  if (measured)
    print_measured(runs, c.delta, json);
  else if (values.count("table1"))
    print_table1(json);
  else
    print_formulas(c, {c.parameters, batch_tokens, c.train_tokens / batch_tokens, c.domains, every}, json);
  return 0;
}

}  // namespace rnb
