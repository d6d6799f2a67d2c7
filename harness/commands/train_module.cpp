// librnb_train.so: the part of the program that needs LibTorch (call_train_module.h opens it).

#include "harness/commands/cli.h"

extern "C" __attribute__((visibility("default"))) int rnb_train_main(int argc, char** argv) {
  return rnb::dispatch(rnb::registry<rnb::Command>(), argc, argv);
}
