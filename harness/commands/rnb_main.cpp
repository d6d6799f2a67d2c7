// The program `rnb`: the commands that registered themselves (harness/commands/command.h).

#include "harness/commands/cli.h"

int main(int argc, char** argv) {
  return rnb::dispatch(rnb::registry<rnb::Command>(), argc, argv);
}
