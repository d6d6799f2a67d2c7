#pragma once
// Commands that train live in librnb_train.so, opened on demand: loading LibTorch takes 0.4 s, which
// `rnb --help`, `list` or `report` should not pay.

#include <optional>
#include <string>
#include <vector>

#include "base/installation.h"

namespace rnb {

// dlopen's words where the module cannot be opened; none: it can be, and stays open.
std::optional<std::string> why_module_fails(const Installation& installation);

// The command's exit code; the module itself turns its errors into one. Error when there is no module that
// can be opened.
int call_train_module(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace rnb
