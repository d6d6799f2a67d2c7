#include "harness/device/device.h"

#include <filesystem>

#include <dlfcn.h>

#include "base/environment.h"
#include "base/error.h"

namespace rnb {

std::string open_cuda_part() {
  Dl_info where{};
  if (::dladdr(reinterpret_cast<const void*>(&at::globalContext), &where) == 0 || !where.dli_fname)
    return "LibTorch's folder is not known";
  const auto part = std::filesystem::path(where.dli_fname).parent_path() / "libtorch_cuda.so";
  // Global: its own parts find each other's symbols. Never closed: kernels stay registered.
  if (::dlopen(part.c_str(), RTLD_NOW | RTLD_GLOBAL)) return {};
  const char* const why = ::dlerror();
  return why ? why : part.string() + " cannot be opened";
}

torch::Device resolve_device(const std::string& name) {
  torch::Device device(torch::kCPU);
  try {
    device = torch::Device(name);
  } catch (const c10::Error&) {
    fail_usage("device", "--device '{}' is no device; expected cpu, cuda or cuda:N", name);
  }
  if (!device.is_cpu() && !device.is_cuda() && !device.is_privateuseone())
    fail_usage("device", "--device '{}' is not supported; expected cpu, cuda or cuda:N", name);
  if (!device.is_cuda()) return device;
  const std::string closed = open_cuda_part();
  if (!torch::cuda::is_available())
    fail("device",
         "--device {}: no CUDA device is usable here ({}); run scripts/setup.sh --cuda on a machine with an "
         "NVIDIA driver, "
         "or use --device cpu",
         name, closed.empty() ? "the driver shows none" : closed);
  if (device.has_index() && device.index() >= static_cast<int>(torch::cuda::device_count()))
    fail("device", "--device {}: there are {} CUDA devices; expected cuda:0 to cuda:{}", name,
         torch::cuda::device_count(), torch::cuda::device_count() - 1);
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
  if (how.deterministic) set_environment_default(Variable::CublasWorkspace, ":4096:8");
}

torch::Tensor to_device(const torch::Tensor& host, torch::Device device) {
  return device.is_cpu() ? host : host.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace rnb
