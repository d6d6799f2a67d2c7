# Without LibTorch, FAISS gets the compiler's own libgomp, for which Debian's libfaiss.a was compiled. CMake's FindOpenMP would
# offer libomp to clang.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libgomp.so
  OUTPUT_VARIABLE _gomp OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT EXISTS "${_gomp}")
  message(FATAL_ERROR "libgomp.so: ${CMAKE_CXX_COMPILER} knows of none. It comes with g++: apt-get install g++")
endif()
add_library(OpenMP::OpenMP_CXX SHARED IMPORTED)
set_target_properties(OpenMP::OpenMP_CXX PROPERTIES IMPORTED_LOCATION ${_gomp})
unset(_gomp)
