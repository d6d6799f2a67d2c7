#pragma once
// Where examples come from. A source is a restartable stream: opening it again with the same options gives
// the same examples in the same order. Sources by name: datasets/source_spec.h.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rnb {

enum class SplitHint { None, Train, Valid, Test };

// Where an example's image lies: a piece of one of its source's image files.
struct ImageRef {
  int32_t file = -1;  // in Source::image_files(); -1: there is no image
  int64_t offset = 0, bytes = 0;
};

struct Example {
  std::string id;          // unique in the data set; with the seed it decides the split
  std::string prompt;      // UTF-8; may be empty
  std::string completion;  // UTF-8; what the loss is on
  std::string domain;
  SplitHint hint = SplitHint::None;  // None: the id decides
  ImageRef image = {};
  std::vector<uint8_t> pixels = {};   // of a source with pixel_size(): size x size x 3, RGB
  std::vector<float> embedding = {};  // of a source with embedding_dim(): a vector that came with the data
};

// A row that cannot be used: where it stands and why.
struct BadRow {
  std::string where;                  // "file:line"
  std::string reason;                 // "\"category\" is missing; expected one of ..."
  std::string kind = "unusable row";  // what such rows are counted under: "damaged image", "no caption"
};

using Row = std::variant<Example, BadRow>;

struct SourceOptions {
  std::filesystem::path from;  // file or folder; empty: SourceSpec::default_from
  uint64_t seed = 0;           // for sources that generate or subsample
  int64_t limit = 0;  // > 0: a seeded subset of that many examples, the same for any order of reading
  std::map<std::string, std::string> extra;  // by SourceOption::name; open_source adds what was not given
  int threads = 1;
  bool only_texts = false;  // a tokenizer is trained: images need not be looked at

  // The value of an option that the source's specification declares.
  const std::string& text(const std::string& name) const;
  int64_t count(const std::string& name) const;  // of one with SourceOption::at_least
};

class Source {
 public:
  virtual ~Source() = default;
  // nullopt at the end. Throws Error when the source itself is unusable; a row that is not right is a BadRow.
  virtual std::optional<Row> next() = 0;
  // Files read so far or to be read; their SHA-256 goes into the manifest.
  virtual std::vector<std::filesystem::path> files() const { return {}; }
  // Sources whose text is token ids already ("3 17 9") name their fixed vocabulary size; 0 for text.
  virtual int64_t fixed_vocabulary() const { return 0; }
  // Whether control tokens ("<|im_start|>") are written in the text, in a layout of its own: they are encoded
  // as single tokens, and nothing is added before or after.
  virtual bool control_tokens() const { return false; }
  // What whoever uses the store should know of what was read: rows left out by design, files that are not
  // there. Complete after the last row.
  virtual std::vector<std::string> notes() const { return {}; }
  // Evaluation weights over domains that differ from the validation counts (skills); by domain name, empty:
  // none.
  virtual std::map<std::string, double> evaluation_weights() const { return {}; }
  // Files that ImageRef points into, all in one folder and among files(); empty: the examples have no images,
  // or none that stay there.
  virtual std::vector<std::filesystem::path> image_files() const { return {}; }
  virtual int64_t pixel_size() const { return 0; }     // > 0: examples bring pixels of that size with them
  virtual int64_t embedding_dim() const { return 0; }  // > 0: examples bring a vector of that width with them
};

}  // namespace rnb
