#pragma once
// Standard input, output and error of this process.

namespace rnb {

// For the start of a program: where one of the three is closed, its number is taken by /dev/null, so that no
// other file gets it and is printed into. Reading and writing fail as before
// (EBADF), and so does a child's.
void occupy_standard_streams();

}  // namespace rnb
