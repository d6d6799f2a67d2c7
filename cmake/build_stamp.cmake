# rnb_build_stamp: the commit that the programs are built from (base/version.h). An object file of its own, which each program
# links by itself: a new commit relinks `rnb` and librnb_train.so, and nothing when nothing changed.
set(_stamp ${PROJECT_BINARY_DIR}/build_stamp.cpp)
add_custom_target(rnb_stamp_commit BYPRODUCTS ${_stamp} VERBATIM
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUT=${_stamp} -P ${PROJECT_SOURCE_DIR}/cmake/stamp_commit.cmake
  COMMENT "Asking git for the commit")
add_library(rnb_build_stamp OBJECT ${_stamp})
target_link_libraries(rnb_build_stamp PRIVATE rnb_flags)
add_dependencies(rnb_build_stamp rnb_stamp_commit)
unset(_stamp)
