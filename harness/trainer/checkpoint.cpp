#include "harness/trainer/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "checkpoint-";

// Steps of the checkpoint folders, newest first.
std::vector<int64_t> checkpoint_steps(const fs::path& run_folder) {
  std::vector<int64_t> steps;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(run_folder, code)) {
    const std::string name = entry.path().filename().string();
    int64_t step = 0;
    if (!name.starts_with(kPrefix)) continue;
    const auto [end, error] = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), step);
    if (error == std::errc() && end == name.data() + name.size()) steps.push_back(step);
  }
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

fs::path folder_of(const fs::path& run_folder, int64_t step) {
  return run_folder / fmt::format("{}{}", kPrefix, step);
}

Checkpoint load(const fs::path& folder, int64_t step) {
  const auto manifest = read_json_file(folder / "manifest.json");
  for (const auto& [name, digest] : manifest.at("sha256").items())
    if (sha256_file(folder / name) != digest.get<std::string>())
      fail("checkpoint", "{}: does not match its SHA-256", (folder / name).string());
  Checkpoint out;
  out.step = step;
  out.model = load_safetensors(folder / "model.safetensors");
  out.optimiser = load_safetensors(folder / "optimiser.safetensors");
  out.gradients = load_safetensors(folder / "gradients.safetensors");
  if (fs::exists(folder / "snapshot.safetensors"))
    out.snapshot = load_safetensors(folder / "snapshot.safetensors");
  out.state = read_json_file(folder / "state.json");
  return out;
}

}  // namespace

void save_checkpoint(const fs::path& run_folder, const Checkpoint& checkpoint, int64_t keep) {
  AtomicFolder folder(folder_of(run_folder, checkpoint.step));
  save_safetensors(folder.path() / "model.safetensors", checkpoint.model);
  save_safetensors(folder.path() / "optimiser.safetensors", checkpoint.optimiser);
  save_safetensors(folder.path() / "gradients.safetensors", checkpoint.gradients);
  if (!checkpoint.snapshot.empty())
    save_safetensors(folder.path() / "snapshot.safetensors", checkpoint.snapshot);
  write_file_atomic(folder.path() / "state.json", checkpoint.state.dump());
  nlohmann::json digests;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    digests[entry.path().filename().string()] = sha256_file(entry.path());
  write_file_atomic(folder.path() / "manifest.json", nlohmann::json{{"sha256", digests}}.dump(1));
  folder.commit();
  const auto steps = checkpoint_steps(run_folder);
  for (size_t i = static_cast<size_t>(std::max<int64_t>(keep, 1)); i < steps.size(); ++i)
    fs::remove_all(folder_of(run_folder, steps[i]));
}

std::optional<Checkpoint> load_newest_checkpoint(const fs::path& run_folder) {
  for (const int64_t step : checkpoint_steps(run_folder)) {
    const fs::path folder = folder_of(run_folder, step);
    try {
      return load(folder, step);
    } catch (const std::exception& e) {
      fmt::print(stderr, "warning: {} is damaged and skipped: {}\n", folder.string(), e.what());
    }
  }
  return std::nullopt;
}

}  // namespace rnb
