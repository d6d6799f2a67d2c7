#pragma once
// Lines for a shell that install what is missing, and what is wrong with a training module that cannot be
// opened.

#include <string>
#include <string_view>

#include "base/installation.h"

namespace rnb {

// LibTorch and the Python side, as scripts/setup.sh installs them; where that is not there, with pip into the
// environment that the program looks in. Cuda: with LibTorch's CUDA part.
enum class Setup { Cpu, Cuda };
std::string setup_line(const Installation& installation, Setup kind);

// The Python side alone. RNB_PYTHON is installed into where it belongs to a virtual environment, and is to be
// unset otherwise.
std::string python_line(const Installation& installation);

struct ModuleFault {
  std::string what, mend;
};
// Of librnb_train.so, which has just failed to open; `why`: dlopen's words, or none.
ModuleFault fault_of_train_module(const Installation& installation, std::string_view why);

}  // namespace rnb
