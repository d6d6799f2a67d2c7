# cmake --install BUILD --prefix PREFIX: what base/installation.h looks for beside the program. The installed tree can be moved.
#
# librnb_train.so finds LibTorch in PREFIX/lib/rnb/libtorch/lib, where somebody has put one (or a link to one), else where it was
# when it was built.
install(TARGETS rnb RUNTIME DESTINATION bin)
if(RNB_TORCH)
  cmake_path(GET LibTorch_LIBRARY PARENT_PATH _torch_libraries)
  set_target_properties(rnb_train PROPERTIES INSTALL_RPATH "$ORIGIN/libtorch/lib;${_torch_libraries}")
  unset(_torch_libraries)
  install(TARGETS rnb_train LIBRARY DESTINATION lib/rnb)
endif()
install(DIRECTORY plots/ DESTINATION share/rnb/plots FILES_MATCHING PATTERN "*.py" PATTERN __pycache__ EXCLUDE)
install(DIRECTORY experiments/ DESTINATION share/rnb/experiments)
install(DIRECTORY results/paper/ DESTINATION share/rnb/paper)
install(FILES datasets/readers/parquet_rows.py DESTINATION share/rnb/readers)
install(FILES README.md LICENSE DESTINATION share/doc/rnb)
install(DIRECTORY docs/ DESTINATION share/doc/rnb/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.py")
