// The part of the program that needs LibTorch, opened by the front program on demand: loading LibTorch takes
// 0.4 s, which `rnb --help`, `list` or `report` should not pay.

#include "harness/commands/cli.h"
#include "harness/commands/embed_command.h"
#include "harness/commands/eval_command.h"
#include "harness/commands/regroup_command.h"
#include "harness/commands/run_command.h"

extern "C" __attribute__((visibility("default"))) int rnb_train_main(int argc, char** argv) {
  return rnb::dispatch({{"run", "train one experiment", rnb::run_command},
                        {"regroup", "embed and cluster a store", rnb::regroup_command},
                        {"eval", "loss of a model on a store or on token ids", rnb::eval_command},
                        {"embed", "vectors of texts from an encoder", rnb::embed_command}},
                       argc, argv);
}
