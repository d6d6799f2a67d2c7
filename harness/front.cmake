# The part of the harness that never sees LibTorch: configuration, sweeps, and the front program `rnb`.
rnb_library(rnb_config
  commands/cli.cpp
  commands/sweep_command.cpp
  config/experiment.cpp
  config/experiment_keys.cpp
  config/ini_file.cpp
  sweep/simplex_grid.cpp
  sweep/sweep.cpp
  sweep/sweep_child.cpp
  sweep/sweep_disk.cpp
  sweep/sweep_history.cpp
  sweep/sweep_plan.cpp
  trainer/run_lock.cpp)
target_compile_definitions(rnb_config PRIVATE RNB_VERSION="${PROJECT_VERSION}")
target_link_libraries(rnb_config PUBLIC rnb_base rnb_model_sizes Boost::program_options)
# Interface only: the methods' object files belong into programs, not into this archive.
target_link_libraries(rnb_config INTERFACE rnb_methods)

# Commands over methods and the results of runs.
rnb_library(rnb_cost_formulas bill/cost_formulas.cpp bill/cost_table1.cpp)
target_link_libraries(rnb_cost_formulas PUBLIC rnb_base)

rnb_library(rnb_tools commands/cost_command.cpp commands/replay_command.cpp)
target_link_libraries(rnb_tools PUBLIC rnb_base rnb_cost_formulas rnb_results INTERFACE rnb_methods)

rnb_library(rnb_reproduce commands/reproduce_command.cpp)
target_compile_definitions(rnb_reproduce PRIVATE RNB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(rnb_reproduce PUBLIC rnb_config rnb_results)

rnb_library(rnb_fetch_command commands/fetch_command.cpp)
target_compile_definitions(rnb_fetch_command PRIVATE RNB_VERSION="${PROJECT_VERSION}")
target_link_libraries(rnb_fetch_command PUBLIC rnb_config rnb_fetch)

add_executable(rnb commands/rnb_main.cpp commands/list_command.cpp commands/prepare_command.cpp)
target_link_libraries(rnb PRIVATE rnb_config rnb_datasets rnb_fetch_command rnb_methods rnb_model_sizes rnb_reproduce rnb_results rnb_tools
  ${CMAKE_DL_LIBS})
set_target_properties(rnb PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
rnb_use_precompiled(rnb plain)
