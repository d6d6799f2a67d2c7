#pragma once
// The text that names a grouping in an experiment or on the command line:
// "original" | "regroup:k=10" | "regroup:k=5..30:5,embedder=static,seed=3" | "random:k=10,seed=2" | a
// folder's name

#include <cstdint>
#include <string>
#include <vector>

namespace rnb {

struct GroupingExpression {
  enum class Kind { Named, Regroup, Random } kind = Kind::Named;
  std::string name;         // the grouping folder's name, canonical
  std::vector<int64_t> ks;  // ascending
  std::string embedder = "minilm";
  uint64_t seed = 1;
  int nredo = 3;
};

GroupingExpression parse_grouping(const std::string& text);  // UsageError with the expected forms

}  // namespace rnb
