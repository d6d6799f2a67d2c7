// LibTorch's CUDA part, where scripts/setup.sh --cuda has installed it. No GPU is needed to open it.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <ATen/core/dispatch/Dispatcher.h>
#include <gtest/gtest.h>

#include "harness/device/device.h"

namespace rnb {
namespace {

bool has_cuda_kernel(const char* name) {
  const auto op = c10::Dispatcher::singleton().findSchema({name, ""});
  return op && op->hasKernelForDispatchKey(c10::DispatchKey::CUDA);
}

TEST(CudaPart, OpensAndBringsItsKernels) {
  std::string stamp;
  std::ifstream(RNB_SOURCE_DIR "/.venv/.setup-stamp") >> stamp;
  if (!stamp.ends_with("-cuda"))
    GTEST_SKIP() << "the CPU parts of LibTorch are installed; scripts/setup.sh --cuda brings the rest";
  EXPECT_EQ(open_cuda_part(), "");
  EXPECT_TRUE(has_cuda_kernel("aten::mm"));
  EXPECT_TRUE(has_cuda_kernel("aten::native_layer_norm"));
}

TEST(CudaPart, SaysWhyItCannotBeOpened) {
  std::string stamp;
  std::ifstream(RNB_SOURCE_DIR "/.venv/.setup-stamp") >> stamp;
  if (stamp.ends_with("-cuda")) GTEST_SKIP() << "it can be opened here";
  EXPECT_NE(open_cuda_part().find(".so"), std::string::npos);
  EXPECT_FALSE(has_cuda_kernel("aten::mm"));
}

}  // namespace
}  // namespace rnb
