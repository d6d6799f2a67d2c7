#pragma once
// Table 1 of the R&B paper (arXiv:2505.00358): the printed overheads, the inputs of their rows, and the
// inputs with which the formulas give them.

#include <string>
#include <vector>

#include "harness/bill/cost_formulas.h"

namespace rnb {

struct Table1Cell {
  std::string dataset, method;  // method as in cost_formulas()
  std::string printed;          // percent, as printed
  CostInputs row;               // the row's own: the column head's m, T = 10
  CostInputs fits;              // what reproduces the printed number best; the row's own where they do
  std::string remark;           // empty: nothing to explain
};
std::vector<Table1Cell> table1();

// Within one unit of the last printed digit.
bool agrees(double percent, const std::string& printed);

}  // namespace rnb
