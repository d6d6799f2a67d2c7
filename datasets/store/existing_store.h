#pragma once
// What is there already where a store shall be prepared, and what of it outlives a new one.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

// How the requests of two stores (manifest.json, "request") differ, in the words of `rnb prepare`:
// "--limit 300 (now 0)", "source file x.jsonl (changed)". Empty: they are the same.
std::vector<std::string> request_differences(const nlohmann::json& made, const nlohmann::json& wanted);

// The manifest of the store in `folder`; nullopt when nothing is there. Error when the folder holds anything
// else, which must not be replaced.
std::optional<nlohmann::json> existing_manifest(const std::filesystem::path& folder);

// Hard links (or copies) into the new store `fresh`, whose manifest is written, of everything in `old` that a
// store does not hold by itself and that is still true: groupings made for a store of the same digest,
// embeddings of the same texts, and files that others put there. Returns what is left behind, by name.
std::vector<std::string> carry_over(const std::filesystem::path& old, const std::filesystem::path& fresh);

}  // namespace rnb
