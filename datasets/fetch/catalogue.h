#pragma once
// What `rnb fetch` knows by name: the original data sets and models, where they lie, under which licence.

#include <cstdint>
#include <string>
#include <vector>

namespace rnb {

enum class FetchKind { DataSet, Model };
enum class FetchHost { HubDataSet, HubModel, GithubFile, GithubArchive };

struct CatalogueFile {
  std::string path;         // in the repository; a GitHub file lands under its last component
  int64_t bytes = 0;        // about; 0: not known
  std::string sha256 = {};  // of the pinned revision; empty: what the Hub says is checked against
  bool optional = false;    // passed over where the repository has none
};

struct CatalogueEntry {
  std::string name;
  FetchKind kind;
  std::string summary, licence;
  int64_t bytes;  // about, in all; 0: not known
  FetchHost host;
  std::string repository, revision = "main";
  std::vector<CatalogueFile> files = {};
  std::vector<std::string> patterns = {};  // in the place of `files`: what the Hub lists
  std::vector<std::string> unpack = {};    // what an archive is unpacked for
  int64_t unpacked_bytes = 0;
  std::string next = {};    // what to do with it; {} is the folder
  std::string folder = {};  // default of --out
};

const std::vector<CatalogueEntry>& catalogue();

// By name, or "OWNER/NAME" (a model of the Hub) and "datasets/OWNER/NAME". UsageError with a suggestion.
CatalogueEntry catalogue_entry(const std::string& name);

}  // namespace rnb
