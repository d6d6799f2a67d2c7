#include "harness/bill/cost_formulas.h"

namespace rnb {
namespace {

double training(const PassInputs& in) {
  return pass_flops(in.parameters, 0, in.steps * in.batch_tokens, 0);
}

}  // namespace

double training_flops(const CostInputs& c) {
  return 6 * c.parameters * c.train_tokens;
}

const std::vector<CostFormula>& cost_formulas() {
  static const std::vector<CostFormula> formulas{
      {"skillit", "Skill-It", "m delta + (T + m) D_e / (3 D_t)",
       [](const CostInputs& c) {
         return c.domains * c.delta + (c.rounds + c.domains) * c.eval_tokens / (3 * c.train_tokens);
       }},
      {"aioli", "Aioli", "T m D_e / (3 D_t)",
       [](const CostInputs& c) { return c.rounds * c.domains * c.eval_tokens / (3 * c.train_tokens); }},
      {"dga", "DGA", "m delta + T delta D_e / D_t",
       [](const CostInputs& c) {
         return c.domains * c.delta + c.rounds * c.delta * c.eval_tokens / c.train_tokens;
       }},
      {"rnb", "R&B", "T m^2 / (6 D_t)",
       [](const CostInputs& c) { return c.rounds * c.domains * c.domains / (6 * c.train_tokens); }}};
  return formulas;
}

const CostFormula* cost_formula(const std::string& method) {
  for (const CostFormula& f : cost_formulas())
    if (f.method == method) return &f;
  return nullptr;
}

double pass_flops(double parameters, double forward_tokens, double forward_backward_tokens,
                  double vector_flops) {
  return 2 * parameters * forward_tokens + 6 * parameters * forward_backward_tokens + vector_flops;
}

const std::vector<PassBill>& pass_bills() {
  static const std::vector<PassBill> bills{
      {"doremi", "DoReMi",
       "a reference run and a proxy run of the same size and length, forward of the reference in it",
       [](const PassInputs& in) {
         const double tokens = in.steps * in.batch_tokens;
         return pass_flops(in.parameters, tokens, 2 * tokens, 0) / training(in);
       }},
      {"dga", "DGA", "gradients of m domain batches and a target batch at each update, m dot products",
       [](const PassInputs& in) {
         const double updates = in.steps / in.every;
         return pass_flops(in.parameters, 0, updates * (in.domains + 1) * in.batch_tokens,
                           updates * in.domains * 2 * in.parameters) /
                training(in);
       }},
      {"doge", "DoGE",
       "a proxy run of the same size and length, a target batch as large as the training batch",
       [](const PassInputs& in) {
         return pass_flops(in.parameters, 0, 2 * in.steps * in.batch_tokens, 0) / training(in);
       }},
      {"odm", "ODM", "none: it sees training losses", [](const PassInputs&) { return 0.0; }},
      {"ado", "ADO", "none: it sees training losses", [](const PassInputs&) { return 0.0; }}};
  return bills;
}

}  // namespace rnb
