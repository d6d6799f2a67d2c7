#include "datasets/store/existing_store.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "datasets/store/image_writer.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

// The option of `rnb prepare` behind each member of a request.
const std::map<std::string, std::string> kOptionOf{
    {"dataset", "--dataset"},     {"tokenizer", "--tokenizer"},
    {"limit", "--limit"},         {"source_seed", "--seed"},
    {"split_seed", "--seed"},     {"loss_on", "--loss-on"},
    {"bad_rows", "on bad rows:"}, {"format_version", "format version"}};

std::string in_words(const nlohmann::json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.empty()) return "''";
  return text.size() == 64 ? text.substr(0, 12) : text;  // a digest
}

nlohmann::json member(const nlohmann::json& object, const std::string& key) {
  const auto it = object.is_object() ? object.find(key) : object.end();
  return it == object.end() ? nlohmann::json() : *it;
}

std::vector<std::string> keys_of(const nlohmann::json& a, const nlohmann::json& b) {
  std::vector<std::string> keys;
  for (const auto* object : {&a, &b})
    if (object->is_object())
      for (const auto& [key, value] : object->items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::string changed(const std::string& name, const nlohmann::json& before, const nlohmann::json& now) {
  return fmt::format("{} {} (now {})", name, before.is_null() ? "not given" : in_words(before),
                     now.is_null() ? "not given" : in_words(now));
}

void keep(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::create_hard_links, code);
  if (!code) return;
  fs::remove_all(to, code);
  fs::copy(from, to, fs::copy_options::recursive, code);  // a file system without hard links
  if (code) fail("prepare", "{}: cannot be copied into the new store: {}", from.string(), code.message());
}

bool made_for(const fs::path& manifest, const std::string& digest) {
  try {
    return member(read_json_file(manifest), "store_digest") == digest;
  } catch (const Error&) {
    return false;  // damaged: nothing to keep
  }
}

std::string text_digests(const nlohmann::json& manifest) {
  const auto parts = member(manifest, "sha256");
  return member(parts, "text.npy").dump() + member(parts, "text_offsets.npy").dump();
}

}  // namespace

std::vector<std::string> request_differences(const nlohmann::json& made, const nlohmann::json& wanted) {
  std::vector<std::string> out;
  const auto add = [&](std::string words) {
    if (std::find(out.begin(), out.end(), words) == out.end()) out.push_back(std::move(words));
  };
  for (const std::string& key : keys_of(made, wanted)) {
    const auto before = member(made, key), now = member(wanted, key);
    if (before == now) continue;
    if (key == "files") {
      for (const std::string& file : keys_of(before, now))
        if (member(before, file) != member(now, file))
          add(fmt::format("source file {} ({})", file,
                          member(before, file).is_null() ? "new"
                          : member(now, file).is_null()  ? "not read now"
                                                         : "changed"));
    } else if (key == "options") {
      for (const std::string& option : keys_of(before, now))
        if (member(before, option) != member(now, option))
          add(changed("--option " + option, member(before, option), member(now, option)));
    } else {
      const auto name = kOptionOf.find(key);
      add(changed(name == kOptionOf.end() ? key : name->second, before, now));
    }
  }
  return out;
}

std::optional<nlohmann::json> existing_manifest(const fs::path& folder) {
  if (!fs::exists(folder / "manifest.json")) {
    if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder)))
      fail("prepare", "{}: exists and is not a prepared store; choose another --out", folder.string());
    return std::nullopt;
  }
  auto manifest = read_json_file(folder / "manifest.json");
  if (!manifest.is_object() || !manifest.contains("request"))
    fail("prepare", "{}: holds something else than a store; choose another --out", folder.string());
  return manifest;
}

std::vector<std::string> carry_over(const fs::path& old, const fs::path& fresh) {
  const auto before = read_json_file(old / "manifest.json"), now = read_json_file(fresh / "manifest.json");
  const std::string digest = sha256_file(fresh / "manifest.json");
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(old)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || name == "tokenizer" || name == "manifest.json" || name == kImageFolderFile ||
        !member(member(before, "sha256"), name).is_null() || fs::exists(fresh / name))
      continue;
    if (name == "groupings") {
      fs::create_directories(fresh / name);
      for (const auto& grouping : fs::directory_iterator(entry.path())) {
        const std::string its_name = grouping.path().filename().string();
        if (its_name.starts_with('.') || !fs::exists(grouping.path() / "manifest.json")) continue;
        if (made_for(grouping.path() / "manifest.json", digest))
          keep(grouping.path(), fresh / name / its_name);
        else
          left.push_back("grouping " + its_name);
      }
    } else if (name == "embeddings" && text_digests(before) != text_digests(now)) {
      left.emplace_back("embeddings");
    } else {
      keep(entry.path(), fresh / name);
    }
  }
  std::sort(left.begin(), left.end());
  return left;
}

}  // namespace rnb
