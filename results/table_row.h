#pragma once
// What a row of a table and a series of a figure is: runs that agree in every key that can change a result,
// but for the seed. A run says it once, when it starts, and run.h5 carries it as /@row, so that every reader
// groups runs alike.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

struct RunSummary;

// "dataset", "store" (the store's digest, since a name is no proof), "grouping", "method" (with its options),
// and the settings: all other keys that can change a result. Two runs are of one row when these are equal.
using RowKeys = std::map<std::string, std::string>;

struct RowName {
  std::string dataset, store_digest, grouping, method;
};
// `key_lines`: the "key=value" lines that a run's id is made from.
RowKeys row_keys(const RowName& name, std::string_view key_lines);

// As the run's file says; of a file without /@row (older programs) derived from its experiment.
RowKeys row_of(const RunSummary& run);

// The text of /@row and back. Error naming `where` when it is not a JSON object of texts with the four names.
std::string row_text(const RowKeys& row);
RowKeys row_from_text(const std::string& text, const std::string& where);

// Without dataset, grouping and method, which tables have columns for.
RowKeys settings_of(const RowKeys& row);
// The settings that the rows differ in. Other data sets have other stores: a store tells rows of one data set
// apart.
std::set<std::string> differing_settings(const std::vector<RowKeys>& rows);
// "lr=0.001, steps=500"; "-" for a key that the row lacks, of a store the first 12 digits.
std::string setting_words(const RowKeys& row, const std::set<std::string>& keys);

}  // namespace rnb
