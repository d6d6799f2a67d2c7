#pragma once
// Small prepared stores and sources read to their end, for the tests of this folder.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "datasets/prepare.h"
#include "datasets/store/store.h"
#include "tests/base/scratch_folder.h"

namespace rnb {

// 200 sequences of token ids: needs no tokenizer to be trained.
inline PrepareOptions skills_options(const std::filesystem::path& out) {
  PrepareOptions options;
  options.dataset = "skills";
  options.out = out;
  options.source.extra["examples"] = "200";
  options.threads = 1;
  return options;
}

inline Store small_store(const ScratchFolder& folder) {
  prepare(skills_options(folder.path() / "store"));
  return Store(folder.path() / "store");
}

inline SourceOptions options_from(const std::filesystem::path& path,
                                  std::map<std::string, std::string> extra = {}) {
  SourceOptions options;
  options.from = path;
  options.extra = std::move(extra);
  return options;
}

inline std::vector<Row> read_all(const std::string& dataset, const SourceOptions& options) {
  const auto source = open_source(source_spec(dataset), options);
  std::vector<Row> rows;
  while (auto row = source->next()) rows.push_back(std::move(*row));
  return rows;
}

inline const Example& example_at(const std::vector<Row>& rows, size_t i) {
  return std::get<Example>(rows.at(i));
}
inline const BadRow& bad_at(const std::vector<Row>& rows, size_t i) {
  return std::get<BadRow>(rows.at(i));
}

struct ReadOut {
  std::vector<Example> examples;
  std::vector<BadRow> bad;
  std::vector<std::string> notes;
  bool control_tokens = false;
  std::map<std::string, int> domains() const {
    std::map<std::string, int> out;
    for (const Example& e : examples) ++out[e.domain];
    return out;
  }
  std::set<std::string> ids() const {
    std::set<std::string> out;
    for (const Example& e : examples) out.insert(e.id);
    return out;
  }
};

// As read_all, sorted into what is good and what is not, with what the source says afterwards.
inline ReadOut read_out(const std::string& dataset, const SourceOptions& options) {
  const auto source = open_source(source_spec(dataset), options);
  ReadOut out;
  out.control_tokens = source->control_tokens();
  while (auto row = source->next()) {
    if (auto* e = std::get_if<Example>(&*row))
      out.examples.push_back(std::move(*e));
    else
      out.bad.push_back(std::get<BadRow>(*row));
  }
  out.notes = source->notes();
  return out;
}

// The message of the Error that `action` throws; "no error" without one.
template <typename Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace rnb
