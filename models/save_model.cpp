#include "models/save_model.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "models/safetensors.h"

namespace rnb {
namespace fs = std::filesystem;

void save_model(const std::vector<NamedParameter>& parameters, const nlohmann::json& config,
                const fs::path& folder) {
  const auto write = [&](const fs::path& into) {
    TensorMap tensors;
    for (const NamedParameter& p : parameters) tensors[p.name] = p.tensor.detach();
    save_safetensors(into / "model.safetensors", tensors);
    write_file_atomic(into / "config.json", config.dump(2) + "\n");
  };
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    if (!written_by_rnb(folder / "model.safetensors"))
      fail(
          "model",
          "{}: exists and holds no model that rnb saved, so nothing is written over it; move it away or name "
          "another folder",
          folder.string());
    return write(folder);
  }
  AtomicFolder out(folder);
  write(out.path());
  out.commit();
}

}  // namespace rnb
