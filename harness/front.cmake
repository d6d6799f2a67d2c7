# The part of the harness that never sees LibTorch: configuration, sweeps, and the front program `rnb`.
rnb_library(rnb_config
  cli.cpp
  experiment.cpp
  experiment_keys.cpp
  ini_file.cpp
  run_lock.cpp
  simplex_grid.cpp
  stop_signal.cpp
  sweep.cpp
  sweep_child.cpp
  sweep_command.cpp
  sweep_disk.cpp
  sweep_history.cpp
  sweep_plan.cpp)
target_compile_definitions(rnb_config PRIVATE RNB_VERSION="${PROJECT_VERSION}")
target_link_libraries(rnb_config PUBLIC rnb_base rnb_model_sizes Boost::program_options)
# Interface only: the methods' object files belong into programs, not into this archive.
target_link_libraries(rnb_config INTERFACE rnb_methods)

# Commands over methods and the results of runs.
rnb_library(rnb_tools cost_command.cpp replay_command.cpp)
target_link_libraries(rnb_tools PUBLIC rnb_base rnb_results INTERFACE rnb_methods)

rnb_library(rnb_reproduce reproduce_command.cpp)
target_compile_definitions(rnb_reproduce PRIVATE RNB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(rnb_reproduce PUBLIC rnb_config rnb_results)

rnb_library(rnb_fetch_command fetch_command.cpp)
target_compile_definitions(rnb_fetch_command PRIVATE RNB_VERSION="${PROJECT_VERSION}")
target_link_libraries(rnb_fetch_command PUBLIC rnb_config rnb_fetch)

add_executable(rnb rnb_main.cpp list_command.cpp prepare_command.cpp)
target_link_libraries(rnb PRIVATE rnb_config rnb_datasets rnb_fetch_command rnb_methods rnb_model_sizes rnb_reproduce rnb_results rnb_tools
  ${CMAKE_DL_LIBS})
set_target_properties(rnb PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
rnb_use_precompiled(rnb plain)
