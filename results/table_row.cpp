#include "results/table_row.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "results/run_file.h"

namespace rnb {
namespace {

constexpr const char* kStore = "store";
constexpr std::array<const char*, 4> kNames{"dataset", kStore, "grouping", "method"};

// Keys of an experiment that are in the row's own names, or that a row is over.
bool names_the_row(const std::string& key) {
  static const std::set<std::string> keys{"store", "grouping", "method", "method-option", "seed"};
  return keys.contains(key);
}

RowKeys named(const RowName& name) {
  return {{"dataset", name.dataset},
          {kStore, name.store_digest},
          {"grouping", name.grouping},
          {"method", name.method}};
}

// Closed: newer runs carry their row, and a new key needs no line here. What cannot change a result is left
// out, and what a run that knew no such key did anyway.
RowKeys row_of_older_run(const RunSummary& run) {
  static const std::set<std::string> no_result{"log-every",     "checkpoint-activations", "checkpoint-every",
                                               "deterministic", "keep-checkpoints",       "save-model",
                                               "threads"};
  RowKeys row = named({run.dataset, run.store_digest, run.grouping, run.label});
  for (const auto& [written, value] : run.experiment.items()) {
    std::string key = written;
    std::replace(key.begin(), key.end(), '_', '-');
    const auto text = value.get<std::string>();
    const bool as_before = text.empty() || (key == "tf32" && text == "off");
    if (!names_the_row(key) && !no_result.contains(key) && !as_before) row[key] = text;
  }
  return row;
}

std::string value_in(const RowKeys& row, const std::string& key) {
  const auto found = row.find(key);
  return found == row.end() || found->second.empty() ? "-" : found->second;
}

}  // namespace

RowKeys row_keys(const RowName& name, std::string_view key_lines) {
  RowKeys row = named(name);
  for (const std::string& line : lines_of(key_lines)) {
    const size_t equals = line.find('=');
    RNB_ASSERT(equals != std::string::npos);
    if (const std::string key = line.substr(0, equals); !names_the_row(key))
      row[key] = line.substr(equals + 1);
  }
  return row;
}

RowKeys row_of(const RunSummary& run) {
  return run.row.empty() ? row_of_older_run(run) : run.row;
}

std::string row_text(const RowKeys& row) {
  return nlohmann::json(row).dump();
}

RowKeys row_from_text(const std::string& text, const std::string& where) {
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool texts = object.is_object() && std::all_of(object.begin(), object.end(),
                                                       [](const auto& value) { return value.is_string(); });
  if (!texts) fail("results", "{}: is not a JSON object of texts", where);
  for (const char* name : kNames)
    if (!object.contains(name)) fail("results", "{}: lacks \"{}\"", where, name);
  return object.get<RowKeys>();
}

RowKeys settings_of(const RowKeys& row) {
  RowKeys out = row;
  for (const char* name : {"dataset", "grouping", "method"}) out.erase(name);
  if (out[kStore].empty()) out.erase(kStore);
  return out;
}

std::set<std::string> differing_settings(const std::vector<RowKeys>& rows) {
  std::map<std::string, std::string> first, store_of_dataset;
  std::set<std::string> keys, out;
  for (const RowKeys& row : rows)
    for (const auto& [key, value] : settings_of(row)) keys.insert(key);
  for (const RowKeys& row : rows)
    for (const std::string& key : keys) {
      const std::string value = value_in(row, key);
      const auto [seen, fresh] =
          key == kStore ? store_of_dataset.emplace(row.at("dataset"), value) : first.emplace(key, value);
      if (seen->second != value) out.insert(key);
    }
  return out;
}

std::string setting_words(const RowKeys& row, const std::set<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) {
    const std::string value = value_in(row, key);
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key, key == kStore ? value.substr(0, 12) : value);
  }
  return out;
}

}  // namespace rnb
