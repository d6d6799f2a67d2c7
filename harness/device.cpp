#include "harness/device.h"

#include <cstdlib>

#include "base/error.h"

namespace rnb {

torch::Device resolve_device(const std::string& name) {
  const torch::Device device(name);
  if (device.is_cuda() && !torch::cuda::is_available())
    fail(
        "device",
        "'{}' asked for, but no CUDA device is usable here; run scripts/setup.sh --cuda on a machine with an "
        "NVIDIA driver, or use --device cpu",
        name);
  if (device.is_cuda() && device.has_index() &&
      device.index() >= static_cast<int>(torch::cuda::device_count()))
    fail("device", "'{}' asked for, but there are {} CUDA devices", name, torch::cuda::device_count());
  return device;
}

void set_arithmetic(Arithmetic how) {
  auto& context = at::globalContext();
  context.setAllowTF32CuBLAS(how.tf32);
  context.setAllowTF32CuDNN(how.tf32);
  context.setDeterministicAlgorithms(how.deterministic, /*warn_only=*/false);
  context.setDeterministicCuDNN(how.deterministic);
  context.setBenchmarkCuDNN(false);
  // cuBLAS repeats itself only with a workspace of its own; it reads this when it is first used.
  if (how.deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

torch::Tensor to_device(const torch::Tensor& host, torch::Device device) {
  return device.is_cpu() ? host : host.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace rnb
