// What LibTorch says of itself, for `rnb doctor`: a command of librnb_train.so alone.

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <faiss/Index.h>
#include <fmt/format.h>
#include <torch/torch.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "harness/commands/command.h"
#include "harness/device/device.h"

extern "C" void sgemm_();  // BLAS; only its address is asked for

namespace rnb {
namespace {

// The library that an address of this process lies in.
std::string library_of(const void* address) {
  Dl_info where{};
  return ::dladdr(address, &where) != 0 && where.dli_fname ? where.dli_fname : "not known";
}

std::string cuda_part() {
  const std::string why = open_cuda_part();
  if (!why.empty()) return "not opened: " + why;
  const auto version = at::detail::getCUDAHooks().versionCUDART();  // 13020 is 13.2
  const auto gpus = torch::cuda::device_count();
  return fmt::format("CUDA {}.{}, {} {} usable", version / 1000, version % 1000 / 10, gpus,
                     gpus == 1 ? "GPU" : "GPUs");
}

int facts(const CommandInput& /*input*/) {
  nlohmann::ordered_json out;
  out["version"] = TORCH_VERSION;
  out["library"] = library_of(reinterpret_cast<const void*>(&at::show_config));
  out["vector code"] = at::get_cpu_capability();
  out["threads"] = std::to_string(at::get_num_threads());
  out["MKL"] = at::hasMKL() ? lines_of(at::get_mkl_version()).front() : "none";
  out["BLAS (sgemm)"] = library_of(reinterpret_cast<const void*>(&sgemm_));
  out["FAISS"] = fmt::format("{}.{}.{}", FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH);
  out["CUDA part"] = cuda_part();
  fmt::print("{}\n", out.dump());
  return 0;
}

boost::program_options::options_description none() {
  return boost::program_options::options_description("Options of rnb libtorch-facts");
}

}  // namespace

RNB_REGISTER(Command, .name = "libtorch-facts", .section = Section::Program, .summary = "LibTorch in JSON",
             .options = none, .run = facts);

}  // namespace rnb
