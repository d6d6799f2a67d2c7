#pragma once
// Where examples come from. A source is a restartable stream: constructing it again with the same options gives the
// same examples in the same order. One file a source; each registers itself by name.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rnb {

enum class SplitHint { None, Train, Valid, Test };

struct Example {
  std::string id;          // unique in the data set; with the seed it decides the split
  std::string prompt;      // UTF-8; may be empty
  std::string completion;  // UTF-8; what the loss is on
  std::string domain;
  SplitHint hint = SplitHint::None;
};

// A row that cannot be used: where it stands and why.
struct BadRow {
  std::string where;   // "file:line"
  std::string reason;  // "\"category\" is missing; expected one of ..."
};

using Row = std::variant<Example, BadRow>;

struct SourceOptions {
  std::filesystem::path from;  // file or folder; empty: the source's own default, if it has one
  uint64_t seed = 0;           // for sources that generate or subsample
  int64_t limit = 0;           // > 0: a seeded subset of that many examples, the same for any order of reading
  std::map<std::string, std::string> extra;  // source-specific, declared in SourceSpec::options
};

class Source {
 public:
  virtual ~Source() = default;
  virtual std::optional<Row> next() = 0;  // nullopt at the end; throws Error when the source itself is unusable
  // Files read so far or to be read; their SHA-256 goes into the manifest.
  virtual std::vector<std::filesystem::path> files() const { return {}; }
  // Sources whose text is token ids already ("3 17 9") name their fixed vocabulary size; 0 for text.
  virtual int64_t fixed_vocabulary() const { return 0; }
  // Whether control tokens ("<|im_start|>") are written in the text, in a layout of its own: they are encoded as single
  // tokens, and nothing is added before or after.
  virtual bool control_tokens() const { return false; }
  // What whoever uses the store should know of what was read: rows left out by design, files that are not there. Complete
  // after the last row.
  virtual std::vector<std::string> notes() const { return {}; }
  // Evaluation weights over domains that differ from the validation counts (skills); by domain name, empty: none.
  virtual std::map<std::string, double> evaluation_weights() const { return {}; }
};

struct OptionSpec {
  std::string name, default_value, help;
  std::vector<std::string> choices;  // empty: free text
};

struct SourceSpec {
  std::string name, summary, licence;
  std::vector<OptionSpec> options;
  std::function<std::unique_ptr<Source>(const SourceOptions&)> open;
};

const std::vector<SourceSpec>& source_specs();       // sorted by name
const SourceSpec& source_spec(const std::string& name);  // UsageError with a suggestion

}  // namespace rnb
