#pragma once
// A second device without hardware, for tests: LibTorch's PrivateUse1 backend under the name "stand_in". Its
// memory is the host's and its operators run on the CPU, so values are real ones; but every operator first
// refuses tensors that do not lie on the device, as a GPU's kernels would (or worse, would not), and every
// copy between host and device is recorded. Python's `meta` device would do for shapes, but LibTorch has half
// of its kernels in Python, and a trainer that reads its loss cannot run without values.

#include <cstdint>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace rnb {

torch::Device stand_in();  // "stand_in:0"

struct Crossing {
  enum class Kind { Upload, PinnedUpload, Download, Item } kind;
  torch::ScalarType dtype;
  int64_t numel;
  bool operator==(const Crossing&) const = default;
};
std::string to_string(const Crossing& crossing);  // "Upload Long 12"

// What has crossed since the last call, in order, from all threads.
std::vector<Crossing> take_crossings();

// The operators refuse by c10::Error; its text holds the operator's name and this.
inline constexpr const char* kUnclean = "lies on the CPU; expected stand_in";

}  // namespace rnb
