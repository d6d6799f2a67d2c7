#pragma once
// The text that names a grouping in an experiment or on the command line:
// "original" | "regroup:k=10" | "regroup:k=5..30:5,embedder=static,seed=3" | "random:k=10,seed=2" |
// "regroup:k=5..30:5,by=loss,steps=200,seeds=3,model=mini" | "regroup:k=10,embedder=encoder:FOLDER" | a
// folder's name

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rnb {

// The short runs that choose k by loss, of uniform proportions as in the paper's figure 2: seeds 1 to `seeds`
// at each k.
struct ShortRuns {
  int64_t steps = 100, seeds = 3, batch = 16, context = 0;  // context 0: the model's
  double lr = 1e-3;
  std::string model = "nano", method = "stratified";
};

struct GroupingExpression {
  enum class Kind { Named, Regroup, Random } kind = Kind::Named;
  std::string name;         // the grouping folder's name, canonical
  std::vector<int64_t> ks;  // ascending
  // minilm, static, encoder:FOLDER, static:FOLDER, vectors (metadata's own), clip:FOLDER, trained,
  // trained:MODEL:STEPS:BATCH or npy:FILE
  std::string embedder = "minilm";
  std::string prompt;  // of an encoder's folder, by name; empty: its own choice
  uint64_t seed = 1;
  int nredo = 3;
  std::optional<ShortRuns> by_loss;  // none: k is chosen by silhouette
};

GroupingExpression parse_grouping(const std::string& text);  // UsageError with the expected forms
// The expression of the same clustering at one k of its range: "regroup:k=10,embedder=minilm,seed=1,nredo=3".
std::string expression_at(const GroupingExpression& e, int64_t k);

}  // namespace rnb
