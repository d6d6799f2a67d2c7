#pragma once
// An image-text pair of a WebDataset tar: everything but what its image shows.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "datasets/readers/metadata_vectors.h"
#include "datasets/readers/uid_subset.h"
#include "datasets/source.h"
#include "datasets/webdataset/samples.h"

namespace rnb {

enum class PairFit { Good, Bad, Outside };  // Outside: the subset does not ask for it
enum class PairReading { OnlyId, Everything };

// Members of unknown kinds (tars in a tar, READMEs) are no pairs.
bool is_pair(const WebSample& sample);

class PairReader {
 public:
  // The data set's options domain-field, caption-field, subset, vectors and vectors-array. Throws Error where
  // the files of subset= and vectors= are not what they should be.
  explicit PairReader(const SourceOptions& options);

  // Fills an example from a sample of the tar `file`, number `tar` of all: its id whatever the sample holds,
  // the rest where it is Good; `bad` says what is wrong otherwise. OnlyId looks for no vector.
  PairFit read(const WebSamples& samples, const WebSample& sample, const std::filesystem::path& file,
               int32_t tar, PairReading reading, Example& example, BadRow& bad);

  std::vector<std::filesystem::path> files() const;                         // subset and vectors
  int64_t embedding_dim() const { return vectors_ ? vectors_->dim() : 0; }  // 0: pairs have no vectors

 private:
  // Each gives what is wrong, or nothing.
  std::optional<BadRow> read_json(const WebSamples& samples, const WebSample& sample, nlohmann::json& json,
                                  Example& example) const;
  std::optional<BadRow> read_domain(const nlohmann::json& json, Example& example) const;
  std::optional<BadRow> read_caption(const WebSamples& samples, const WebSample& sample,
                                     const nlohmann::json& json, Example& example) const;

  std::vector<std::string> domain_fields_;
  std::string caption_field_;
  std::filesystem::path subset_file_;
  std::optional<UidSubset> subset_;
  std::optional<MetadataVectors> vectors_;
};

}  // namespace rnb
