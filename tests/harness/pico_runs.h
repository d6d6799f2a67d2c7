#pragma once
// Runs of size pico on the synthetic set, through the same entry point as the command line.

#include <filesystem>
#include <string>
#include <vector>

namespace rnb {

const std::filesystem::path& pico_folder();  // of this process, with the store "skills" in it

// Runs into pico_folder()/name: batches of 8, reports every 20 steps, a checkpoint every 7, all kept. Returns
// the run's folder.
std::filesystem::path pico_run(const std::string& name, const std::string& method, int64_t steps,
                               const std::vector<std::string>& more = {});

// What pico_run calls `rnb run` with, but for the model.
std::vector<std::string> pico_arguments(const std::filesystem::path& out, const std::string& method,
                                        int64_t steps);

}  // namespace rnb
