#pragma once
// The examples of a source that can be used: UTF-8, each id once. What cannot is refused or counted.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "datasets/prepare.h"
#include "datasets/source_spec.h"

namespace rnb {

class GoodRows {
 public:
  enum class Reading { Everything, OnlyTexts };  // OnlyTexts: to train a tokenizer; says nothing on stderr
  // Opens the source; `options` outlives this.
  GoodRows(const PrepareOptions& options, const SourceSpec& spec, Reading reading = Reading::Everything);

  // nullopt at the end. Throws Error with file and line at a bad row, unless such rows are left out
  // (BadRows::Skip of the options or the source); the first few of these are printed to stderr.
  std::optional<Example> next();
  Source& source() { return *source_; }
  int64_t bad_rows() const { return bad_; }
  const std::map<std::string, int64_t>& bad_kinds() const { return kinds_; }  // by BadRow::kind

 private:
  std::optional<BadRow> fault(const Example& example);
  void leave_out(const BadRow& row);
  const PrepareOptions& options_;
  bool skip_, ended_ = false;
  std::unique_ptr<Source> source_;
  int64_t bad_ = 0, shown_ = 0;
  std::unordered_set<uint64_t> seen_;  // hashes of ids
  std::map<std::string, int64_t> kinds_;
};

}  // namespace rnb
