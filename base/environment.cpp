#include "base/environment.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/error.h"

namespace rnb {
namespace {

constexpr std::array kVariables{
    VariableSpec{Variable::Encoder, "RNB_ENCODER",
                 "folder of the sentence encoder that minilm and static mean",
                 "the MiniLM package that scripts/setup.sh installs"},
    VariableSpec{Variable::Python, "RNB_PYTHON",
                 "Python with h5py, matplotlib and pyarrow: draws pages, reads Parquet",
                 "the one that scripts/setup.sh makes"},
    VariableSpec{Variable::Plots, "RNB_PLOTS", "folder of the drawing programs (report.py)",
                 "plots/ of the installation or source tree"},
    VariableSpec{Variable::ParquetReader, "RNB_PARQUET_READER", "program that reads Parquet files",
                 "parquet_rows.py of the installation or source tree"},
    VariableSpec{Variable::HubToken, "HF_TOKEN", "rnb fetch: token for Hugging Face, sent to its host alone",
                 "no token is sent", Printed::Nothing},
    VariableSpec{Variable::HubEndpoint, "HF_ENDPOINT", "rnb fetch: a mirror of Hugging Face, http(s)://HOST",
                 "https://huggingface.co", Printed::Host},
    VariableSpec{Variable::GitHubEndpoint, "RNB_GITHUB_ENDPOINT",
                 "rnb fetch: a mirror of GitHub's raw files, http(s)://HOST", "GitHub itself", Printed::Host},
    VariableSpec{Variable::CaBundle, "CURL_CA_BUNDLE", "rnb fetch: file of the certificates to trust",
                 "SSL_CERT_FILE, else the system's"},
    VariableSpec{Variable::CertFile, "SSL_CERT_FILE", "rnb fetch: the same, after CURL_CA_BUNDLE",
                 "the system's certificates"},
    VariableSpec{Variable::NoColor, "NO_COLOR", "set: errors are printed without colour",
                 "colour on a terminal"},
    VariableSpec{Variable::CublasWorkspace, "CUBLAS_WORKSPACE_CONFIG",
                 "read by cuBLAS; a run with deterministic = on sets it", ":4096:8 in such a run"},
};

constexpr bool in_order() {
  for (size_t i = 0; i < kVariables.size(); ++i)
    if (kVariables[i].variable != static_cast<Variable>(i)) return false;
  return true;
}
static_assert(in_order());

const VariableSpec& spec_of(Variable variable) {
  const auto i = static_cast<size_t>(variable);
  RNB_ASSERT(i < kVariables.size());
  return kVariables[i];
}

// "https://me:secret@mirror.example/path?token=x" -> "https://mirror.example"
std::string host_of(const std::string& address) {
  const size_t scheme = address.find("://");
  if (scheme == std::string::npos) return "set, but not to http(s)://HOST";
  const size_t begin = scheme + 3, end = std::min(address.find_first_of("/?#", begin), address.size());
  if (address.find('@', end) != std::string::npos) return "set";  // a secret may hold a '/'
  const size_t at = address.rfind('@', end);
  const size_t host = at == std::string::npos || at < begin ? begin : at + 1;
  return address.substr(0, begin) + address.substr(host, end - host);
}

}  // namespace

std::span<const VariableSpec> environment_variables() {
  return kVariables;
}

std::string_view name_of(Variable variable) {
  return spec_of(variable).name;
}

bool is_set(Variable variable) noexcept {
  const char* const value = std::getenv(kVariables[static_cast<size_t>(variable)].name.data());
  return value && *value;
}

std::optional<std::string> printable(Variable variable) {
  const auto value = environment(variable);
  const Printed printed = spec_of(variable).printed;
  if (!value || printed == Printed::Value) return value;
  return printed == Printed::Host ? host_of(*value) : "set";
}

std::optional<std::string> environment(Variable variable) {
  const char* const value = std::getenv(spec_of(variable).name.data());  // names are literals: they end in 0
  if (!value || !*value) return std::nullopt;
  return value;
}

void set_environment_default(Variable variable, const std::string& value) {
  ::setenv(spec_of(variable).name.data(), value.c_str(), /*overwrite=*/0);
}

}  // namespace rnb
