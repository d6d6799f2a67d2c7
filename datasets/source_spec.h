#pragma once
// Data sets by name. A data set is one file in datasets/sources/ which ends in
// RNB_REGISTER(SourceSpec, .name = "dolly", ...), and a line in the CMakeLists.txt there:
// docs/adding-a-data-set.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/registry.h"
#include "datasets/source.h"

namespace rnb {

struct SourceOption {
  std::string name, default_value, help;
  std::vector<std::string> choices = {};  // empty: free text, checked by the source
  std::optional<int64_t> at_least = {};   // set: a whole number, not below this
};

enum class BadRows { Stop, Skip };

struct SourceSpec {
  std::string name, summary, licence;
  std::string files = {};               // what --from names, in words; empty: the examples are generated
  std::string default_from = {};        // where these are without --from; empty: --from is needed
  std::vector<std::string> fetch = {};  // names by which `rnb fetch` downloads them
  std::vector<SourceOption> options = {};
  BadRows bad_rows =
      BadRows::Stop;  // Skip: they are in the nature of the data, and always counted and left out
  // Called with every option set and checked. Throws Error or UsageError naming the file or the option.
  std::function<std::unique_ptr<Source>(const SourceOptions&)> open;
};

const std::vector<SourceSpec>& source_specs();           // sorted by name
const SourceSpec& source_spec(const std::string& name);  // UsageError with a suggestion

// Fills in what was not given (an empty number too) and opens the source. UsageError, with a suggestion, for
// an option that the data set does not have, a value that it does not take, and a --from that is missing.
std::unique_ptr<Source> open_source(const SourceSpec& spec, const SourceOptions& given);

}  // namespace rnb
