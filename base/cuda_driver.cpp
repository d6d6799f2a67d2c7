#include "base/cuda_driver.h"

#include <dlfcn.h>

namespace rnb {

bool has_cuda_driver() {
  void* const driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver) ::dlclose(driver);
  return driver != nullptr;
}

}  // namespace rnb
