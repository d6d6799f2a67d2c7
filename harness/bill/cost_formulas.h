#pragma once
// What mixing methods cost beyond training, as formulas: the R&B paper's own (arXiv:2505.00358, App. D and
// Table 4), and a bill by passes over the model, which counts what each method runs.

#include <cstdint>
#include <string>
#include <vector>

namespace rnb {

struct CostInputs {
  double parameters = 125198592;          // N (GPT-Neo 125M)
  double train_tokens = 2000 * 16 * 512;  // D_t
  double eval_tokens = 750 * 512;         // D_e
  double rounds = 10;                     // T
  double domains = 8;                     // m
  double delta = 5e-4;                    // share of the training data that reweighting uses
};

struct CostFormula {
  std::string method, title;             // the method's registered name; as the paper writes it
  std::string formula;                   // of the share
  double (*share)(const CostInputs& c);  // extra FLOPs / FLOPs of training
};
const std::vector<CostFormula>& cost_formulas();             // Table 4
const CostFormula* cost_formula(const std::string& method);  // nullptr: the paper has none
double training_flops(const CostInputs& c);                  // 6 N D_t

// FLOPs of passes over N parameters: 2N a token forward, 6N forward and backward.
double pass_flops(double parameters, double forward_tokens, double forward_backward_tokens,
                  double vector_flops);

struct PassInputs {
  double parameters = 125198592;
  double batch_tokens = 16 * 512;
  double steps = 2000;
  double domains = 8;
  double every = 100;  // steps between gradient probes
};
struct PassBill {
  std::string method, title, passes;  // in words
  double (*share)(const PassInputs& in);
};
const std::vector<PassBill>& pass_bills();

}  // namespace rnb
