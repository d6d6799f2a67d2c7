#pragma once
// What `rnb doctor` finds, line by line.

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/installation.h"

namespace rnb {

enum class Health {
  Fine,
  Absent,   // something that only some uses need
  Missing,  // something that the program cannot do without
};

struct Finding {
  std::string topic, name, value;
  Health health = Health::Fine;
  std::string mend = {};  // the line that installs what is not there
};
using Findings = std::vector<Finding>;

Findings findings_of_machine();  // processor and its vector units, memory, disk, folders that are written to
Findings findings_of_files(const Installation& installation);  // the program's own files
Findings findings_of_libraries();                              // versions that this program was linked with
// Asks another process, whose LibTorch may fail to load without harm; `self`: the program.
Findings findings_of_libtorch(const Installation& installation, const std::filesystem::path& self);
Findings findings_of_gpu(const Installation& installation, const std::string& cuda_part);
Findings findings_of_python(const Installation& installation);

}  // namespace rnb
