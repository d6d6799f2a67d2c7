// The program `rnb`: the commands that registered themselves (harness/commands/command.h).

#include "base/standard_streams.h"
#include "harness/commands/cli.h"

int main(int argc, char** argv) {
  rnb::occupy_standard_streams();
  return rnb::dispatch(rnb::registry<rnb::Command>(), argc, argv);
}
