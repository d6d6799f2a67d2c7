#include "harness/grouping_resolver.h"

#include "base/error.h"
#include "harness/embedding_cache.h"
#include "methods/regroup/regroup.h"

namespace rnb {

Grouping resolve_grouping(const Store& store, const std::string& text) {
  const GroupingExpression expression = parse_grouping(text);
  const bool made = std::filesystem::exists(store.folder() / "groupings" / expression.name / "manifest.json");
  if (expression.kind == GroupingExpression::Kind::Named || made)
    return load_grouping(store, expression.name);
  if (expression.kind == GroupingExpression::Kind::Random) {
    save_grouping(store, random_grouping(store, expression.ks.front(), expression.seed), {}, 1);
    return load_grouping(store, expression.name);
  }
  const Embeddings embeddings = embed_store(store, expression.embedder);
  const NpyArray array(embeddings.file);
  RegroupOutcome outcome =
      regroup(store, {array.values<float>(), array.shape()[0], array.shape()[1]}, expression);
  outcome.grouping.manifest["embedding_seconds"] = embeddings.seconds;
  outcome.grouping.manifest["embedding_flops"] = embeddings.flops;
  for (const auto& warning : outcome.grouping.manifest["warnings"])
    fmt::print(stderr, "warning: {}\n", warning.get<std::string>());
  save_grouping(store, outcome.grouping, outcome.centroids, array.shape()[1]);
  return load_grouping(store, expression.name);
}

}  // namespace rnb
