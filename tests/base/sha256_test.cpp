#include "base/sha256.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

// FIPS 180-4, example of "abc".
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, GivesTheKnownAnswers) {
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, IsTheSameInPiecesAndFromAFile) {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), kAbc);
  const ScratchFolder folder;
  EXPECT_EQ(sha256_file(folder.write("abc", "abc")), kAbc);
}

TEST(Sha256, NamesAFileThatIsMissing) {
  try {
    sha256_file("/nowhere/x.bin");
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("/nowhere/x.bin"));
  }
}

}  // namespace
}  // namespace rnb
