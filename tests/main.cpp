// main of every test program: temporary files of a program live in one folder of its own, which goes with it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/version.h"
#include "tests/base/scratch_folder.h"

// The programs are stamped with their commit; tests are not, or every commit would link them anew.
rnb::BuildStamp rnb::build_stamp() {
  return {"0000000000000000000000000000000000000000", ""};
}

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const rnb::ScratchFolder temporary;
  ::setenv("TMPDIR", temporary.path().c_str(),
           1);  // std::filesystem::temp_directory_path, programs that are run
  ::setenv("TEST_TMPDIR", temporary.path().c_str(), 1);  // testing::TempDir
  return RUN_ALL_TESTS();
}
