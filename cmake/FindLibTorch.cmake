# LibTorch as it lies inside the PyPI wheel (or a zip, or a system Python): imported targets without
# TorchConfig.cmake, which for a CUDA wheel wants nvcc.
#
# Input:   LIBTORCH = folder with include/ and lib/.
# Targets: LibTorch::cpu, and OpenMP::OpenMP_CXX, which only hands libfaiss.a the wheel's libgomp so that the
#          process has one OpenMP run-time. Link LibTorch::cpu before FAISS: its MKL then serves sgemm_ to both.
find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${LIBTORCH}/include NO_DEFAULT_PATH)
find_library(LibTorch_LIBRARY torch_cpu HINTS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_library(LibTorch_C10 c10 HINTS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_file(LibTorch_GOMP NAMES libgomp.so.1 HINTS ${LIBTORCH}/lib NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_LIBRARY LibTorch_C10 LibTorch_GOMP LibTorch_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Run scripts/setup.sh, or pass -DLIBTORCH=<folder with include/ and lib/>.")
if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  add_library(OpenMP::OpenMP_CXX SHARED IMPORTED)
  set_target_properties(OpenMP::OpenMP_CXX PROPERTIES IMPORTED_LOCATION ${LibTorch_GOMP})
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_C10})
  set(_torch_include "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    IMPORTED_LOCATION ${LibTorch_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES "${_torch_include}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_torch_include}"
    INTERFACE_LINK_LIBRARIES "LibTorch::c10;OpenMP::OpenMP_CXX"
    # libtorch_cpu.so of a CUDA wheel names libcupti and libcudart, which the wheel's RPATH finds at run time.
    INTERFACE_LINK_OPTIONS "LINKER:--allow-shlib-undefined")
  unset(_torch_include)
endif()
