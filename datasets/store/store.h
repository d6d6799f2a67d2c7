#pragma once
// The prepared store: a folder of memory-mapped .npy files that numpy opens, plus manifest.json. Examples
// keep the source's order; an example's tokens are BOS, prompt, completion, EOS, uncut. n: the number of
// examples.
//
//   tokens.npy              int32 [sum of lengths]
//   offsets.npy             int64 [n + 1], of each example in tokens.npy
//   loss_from.npy           int32 [n], index (in the example) of the first token predicted with a loss
//   domain.npy              int32 [n], index into the manifest's domain_names
//   split.npy               uint8 [n], 0 train, 1 valid, 2 test
//   example_id.npy          uint8 [sum of the ids' bytes]
//   example_id_offsets.npy  int64 [n + 1]
//   text.npy                uint8 [sum of the texts' bytes], prompt + completion
//   text_offsets.npy        int64 [n + 1]
//   image.npy, pixels.npy, vectors.npy, tars.json  of data with images (image_writer.h)
//   tokenizer/              what load_tokenizer reads
//   manifest.json           names, counts, digests, options

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "datasets/tokenizer.h"

namespace rnb {

enum class Split : uint8_t { Train = 0, Valid = 1, Test = 2 };
constexpr std::array<std::string_view, 3> kSplitNames{"train", "valid", "test"};

class Store {
 public:
  // Checks every size against the manifest and the other parts, and that every id is in its range; digests
  // are verify_store's. Throws Error naming the part.
  explicit Store(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  const nlohmann::json& manifest() const { return manifest_; }
  const std::string& name() const { return name_; }      // data set name
  const std::string& digest() const { return digest_; }  // SHA-256 of the manifest, which holds every part's
  const std::vector<std::string>& domain_names() const { return domain_names_; }
  int32_t vocab_size() const { return vocab_size_; }
  int64_t size() const { return domain_.size(); }  // number of examples

  std::span<const int32_t> tokens(int64_t example) const;
  int32_t loss_from(int64_t example) const {
    return loss_from_.values<int32_t>()[static_cast<size_t>(example)];
  }
  Split split(int64_t example) const {
    return static_cast<Split>(split_.values<uint8_t>()[static_cast<size_t>(example)]);
  }
  std::string_view text(int64_t example) const;  // prompt and completion, UTF-8
  std::string_view example_id(int64_t example) const;
  std::span<const int32_t> domain() const { return domain_.values<int32_t>(); }
  std::vector<int64_t> examples(Split split) const;  // their indices, ascending
  std::unique_ptr<Tokenizer> tokenizer() const;
  // Evaluation weights that the source gives itself (skills), in domain order; empty: use the validation
  // counts.
  const std::vector<double>& evaluation_weights() const { return evaluation_weights_; }

 private:
  std::filesystem::path folder_;
  nlohmann::json manifest_;
  std::string name_, digest_;
  std::vector<std::string> domain_names_;
  std::vector<double> evaluation_weights_;
  int32_t vocab_size_ = 0;
  NpyArray tokens_, offsets_, loss_from_, domain_, split_, id_, id_offsets_, text_, text_offsets_;
};

// Reads every part whole and compares it with its SHA-256 in the manifest; Error naming all that differ.
void verify_store(const Store& store);

// The split: train 90 %, valid 5 %, test 5 %, by example id and seed alone.
Split split_of(std::string_view example_id, uint64_t seed);

}  // namespace rnb
