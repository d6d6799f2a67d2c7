#pragma once
// The environment variables that the program reads: all of them, in one table. `rnb doctor` prints it.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rnb {

enum class Variable {
  Encoder,
  Python,
  Plots,
  ParquetReader,
  HubToken,
  HubEndpoint,
  GitHubEndpoint,
  CaBundle,
  CertFile,
  NoColor,
  CublasWorkspace,
};

struct VariableSpec {
  Variable variable;
  std::string_view name, meaning, otherwise;  // otherwise: what holds while it is not set
};

std::span<const VariableSpec> environment_variables();  // in the order of Variable
std::string_view name_of(Variable variable);

// Its value now; none while it is not set or empty.
std::optional<std::string> environment(Variable variable);

// For a library that reads it later in this process; keeps a value that is there.
void set_environment_default(Variable variable, const std::string& value);

}  // namespace rnb
