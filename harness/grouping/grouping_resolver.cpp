#include "harness/grouping/grouping_resolver.h"

#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "harness/grouping/embedding_cache.h"
#include "harness/grouping/image_embedding.h"
#include "harness/grouping/k_by_loss.h"
#include "methods/regroup/regroup.h"

namespace rnb {
namespace {

void make_by_loss(const Store& store, const GroupingExpression& expression, const ResolveOptions& options) {
  Experiment base;
  base.store = store.folder().string();
  base.device = options.device;
  base.precision = options.precision;
  if (!options.short_run)
    fail("regroup", "{}: k by loss trains short runs, which are not to be had here; choose k by silhouette",
         expression.name);
  const KByLoss chosen = choose_k_by_loss(
      store, expression, base,
      [&](const std::string& at_k) { return resolve_grouping(store, at_k, options); }, options.short_run);
  const NpyArray centroids(store.folder() / "groupings" / chosen.source / "centroids.npy");
  save_grouping(store, chosen.grouping, centroids.values<float>(), centroids.shape().at(1));
}

void make(const Store& store, const GroupingExpression& expression, const std::string& digest,
          const ResolveOptions& options) {
  if (expression.by_loss) return make_by_loss(store, expression, options);
  if (expression.kind == GroupingExpression::Kind::Random) {
    save_grouping(store, random_grouping(store, expression.ks.front(), expression.seed), {}, 1);
    return;
  }
  const Embeddings embeddings = embeds_images(expression.embedder)
                                    ? embed_images(store, expression.embedder, options)
                                    : embed_store(store, expression.embedder, expression.prompt);
  const NpyArray array(embeddings.file);
  RegroupOutcome outcome =
      regroup(store, {array.values<float>(), array.shape()[0], array.shape()[1]}, expression);
  outcome.grouping.manifest["embedding_seconds"] = embeddings.seconds;
  outcome.grouping.manifest["embedding_flops"] = embeddings.flops;
  if (!expression.prompt.empty()) outcome.grouping.manifest["prompt"] = expression.prompt;
  if (!digest.empty()) outcome.grouping.manifest["embeddings_sha256"] = digest;
  save_grouping(store, outcome.grouping, outcome.centroids, array.shape()[1]);
}

}  // namespace

Grouping resolve_grouping(const Store& store, const std::string& text, const ResolveOptions& options) {
  const GroupingExpression expression = parse_grouping(text);
  if (expression.kind != GroupingExpression::Kind::Named) {
    const auto manifest = store.folder() / "groupings" / expression.name / "manifest.json";
    const std::string digest = embedder_digest(expression.embedder);
    const bool made = std::filesystem::exists(manifest) &&
                      (digest.empty() || read_json_file(manifest).value("embeddings_sha256", "") == digest);
    if (!made) make(store, expression, digest, options);
  }
  Grouping grouping = load_grouping(store, expression.name);
  // Said whenever the grouping is used, not only by the command that made it.
  if (grouping.manifest.contains("warnings"))
    for (const auto& warning : grouping.manifest["warnings"])
      fmt::print(stderr, "warning: {}: {}\n", grouping.name, warning.get<std::string>());
  return grouping;
}

}  // namespace rnb
