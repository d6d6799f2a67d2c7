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

// What may be printed of a value: tokens, and what stands around the host of an address, are secrets.
enum class Printed { Value, Host, Nothing };

struct VariableSpec {
  Variable variable;
  std::string_view name, meaning, otherwise;  // otherwise: what holds while it is not set
  Printed printed = Printed::Value;
};

std::span<const VariableSpec> environment_variables();  // in the order of Variable
std::string_view name_of(Variable variable);

// Its value now; none while it is not set or empty.
std::optional<std::string> environment(Variable variable);

bool is_set(Variable variable) noexcept;  // to anything but the empty text
// Its value for people to read: "set" and "https://mirror.example:8080" for what is not printed whole.
std::optional<std::string> printable(Variable variable);

// For a library that reads it later in this process; keeps a value that is there.
void set_environment_default(Variable variable, const std::string& value);

}  // namespace rnb
