# How every target of the project is compiled: one interface target for flags, and three small functions.

add_library(rnb_flags INTERFACE)
target_include_directories(rnb_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(rnb_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-deprecated-declarations)  # libstdc++ 12 under clang-19: std::stable_sort names its own deprecated buffer
if(RNB_WERROR)
  target_compile_options(rnb_flags INTERFACE -Werror)
endif()
if(RNB_LLD)
  target_link_options(rnb_flags INTERFACE -fuse-ld=lld-19)
endif()
if(RNB_SANITIZE)
  add_compile_options(-fsanitize=${RNB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${RNB_SANITIZE})
endif()

include(cmake/precompiled.cmake)

# rnb_library(NAME SOURCES... ): a static library that never sees LibTorch.
function(rnb_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC rnb_flags fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)
  rnb_use_precompiled(${name} plain)
endfunction()

# rnb_use_torch(TARGET): compile and link a target with LibTorch. Its include folder carries an fmt of its own, which hides
# the installed one: header-only there, or it would be linked with the other's library.
function(rnb_use_torch name)
  target_link_libraries(${name} PUBLIC LibTorch::cpu)
  # LibTorch must stand before FAISS's BLAS: the first library that exports sgemm_ serves both, and LibTorch's MKL is
  # many times faster.
  target_link_options(${name} PRIVATE ${LibTorch_LIBRARY})
  target_compile_definitions(${name} PRIVATE FMT_HEADER_ONLY=1)
  rnb_use_precompiled(${name} torch)
endfunction()

# rnb_torch_library(NAME LIBS <libs> SOURCES <files>): a static library that knows LibTorch.
function(rnb_torch_library name)
  cmake_parse_arguments(L "" "" "LIBS;SOURCES" ${ARGN})
  add_library(${name} STATIC ${L_SOURCES})
  target_link_libraries(${name} PUBLIC rnb_flags fmt::fmt nlohmann_json::nlohmann_json Threads::Threads ${L_LIBS})
  rnb_use_torch(${name})
endfunction()

# rnb_test(NAME LIBS <libs> SOURCES <files> [TORCH] [FUZZ] [LIVE] [LABELS <labels>]): a GoogleTest program, its cases
# found at test time. FUZZ: each case of its suite Fuzz also runs for 60 seconds under the label slow. LIVE: suites
# named Live... ask another program and have the label slow.
function(rnb_test name)
  cmake_parse_arguments(T "TORCH;FUZZ;LIVE" "" "LIBS;SOURCES;LABELS" ${ARGN})
  if(NOT TARGET rnb_test_main)
    add_library(rnb_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/main.cpp)
    target_link_libraries(rnb_test_main PUBLIC rnb_flags GTest::gmock)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} rnb_test_main)
  target_compile_definitions(${name} PRIVATE RNB_SOURCE_DIR="${PROJECT_SOURCE_DIR}" RNB_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(T_TORCH)
    rnb_use_torch(${name})
  else()
    rnb_use_precompiled(${name} test)
  endif()
  set(how DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120)
  if(T_LABELS)
    gtest_discover_tests(${name} ${how} PROPERTIES LABELS "${T_LABELS}" TIMEOUT 900)
  elseif(T_LIVE)
    gtest_discover_tests(${name} ${how} TEST_FILTER "-Live*" PROPERTIES TIMEOUT 300)
    gtest_discover_tests(${name} ${how} TEST_FILTER "Live*" TEST_LIST ${name}_LIVE PROPERTIES LABELS slow TIMEOUT 900)
  else()
    gtest_discover_tests(${name} ${how} PROPERTIES TIMEOUT 300)
  endif()
  if(T_FUZZ)
    gtest_discover_tests(${name} ${how} TEST_FILTER "Fuzz.*" TEST_SUFFIX .for60s TEST_LIST ${name}_FUZZ
      PROPERTIES LABELS slow TIMEOUT 300 ENVIRONMENT RNB_FUZZ_SECONDS=60)
  endif()
endfunction()
