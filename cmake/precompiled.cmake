# Precompiled headers (option RNB_PCH; clang only). Three, each owned by a small library of its own and reused by every
# target of its kind: `plain`, `test` (with gmock) and `torch`. They spare most of the build time. They also hide an
# include that a file has forgotten; the presets gcc and gcc-lto, which have none, find it.

set(RNB_PLAIN_HEADERS <algorithm> <cmath> <filesystem> <fstream> <functional> <map> <memory> <optional> <set> <span>
  <string> <string_view> <vector> <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)

# rnb_precompile(KIND LIBS <libs> HEADERS <headers> DEFINITIONS <definitions>)
function(rnb_precompile kind)
  cmake_parse_arguments(P "" "" "LIBS;HEADERS;DEFINITIONS" ${ARGN})
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/pch_${kind}.cpp CONTENT "// owns a precompiled header\n")
  add_library(rnb_pch_${kind} STATIC ${PROJECT_BINARY_DIR}/pch_${kind}.cpp)
  target_link_libraries(rnb_pch_${kind} PRIVATE
    rnb_flags fmt::fmt nlohmann_json::nlohmann_json Threads::Threads ${P_LIBS})
  target_compile_options(rnb_pch_${kind} PRIVATE -fpch-instantiate-templates -Xclang -fno-pch-timestamp)
  target_compile_definitions(rnb_pch_${kind} PRIVATE ${P_DEFINITIONS})
  target_precompile_headers(rnb_pch_${kind} PRIVATE ${RNB_PLAIN_HEADERS} ${P_HEADERS})
endfunction()

if(RNB_PCH)
  rnb_precompile(plain)
  if(RNB_TORCH)
    rnb_precompile(torch LIBS LibTorch::cpu HEADERS <torch/torch.h> DEFINITIONS FMT_HEADER_ONLY=1)
  endif()
  if(RNB_TESTS)
    rnb_precompile(test LIBS GTest::gmock HEADERS <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endif()

# rnb_use_precompiled(TARGET KIND)
function(rnb_use_precompiled name kind)
  if(RNB_PCH)
    target_compile_options(${name} PRIVATE -fpch-instantiate-templates -Xclang -fno-pch-timestamp)
    target_precompile_headers(${name} REUSE_FROM rnb_pch_${kind})
  endif()
endfunction()
