#pragma once
// Matrix products in bfloat16 as long as a scope lives; weights, norms, losses and sums stay float32.

#include <ATen/autocast_mode.h>

#include <torch/torch.h>

namespace rnb {

class Autocast {
 public:
  Autocast(torch::DeviceType device, bool bf16)
      : device_(device),
        enabled_(at::autocast::is_autocast_enabled(device)),
        cached_(at::autocast::is_autocast_cache_enabled()),
        type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device, bf16);
    at::autocast::set_autocast_dtype(device, torch::kBFloat16);  // a GPU's own choice would be float16
    // LibTorch's cache of narrow weights outlives the optimiser's step, and would go on with the old ones.
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~Autocast() {
    at::autocast::set_autocast_enabled(device_, enabled_);
    at::autocast::set_autocast_dtype(device_, type_);
    at::autocast::set_autocast_cache_enabled(cached_);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  torch::DeviceType device_;
  bool enabled_, cached_;
  torch::ScalarType type_;
};

}  // namespace rnb
