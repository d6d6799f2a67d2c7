#include "base/atomic_file.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(WriteFileAtomic, WritesAndReplacesLeavingNothingElse) {
  const ScratchFolder folder;
  write_file_atomic(folder.path() / "x", "one");
  write_file_atomic(folder.path() / "x", std::string_view("t\0o", 3));
  EXPECT_EQ(content(folder.path() / "x"), std::string("t\0o", 3));
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(WriteFileAtomic, KeepsTheOldFileAndNoTemporaryWhenItFails) {
  const ScratchFolder folder;
  fs::create_directory(folder.path() / "x");  // a folder cannot be replaced by a file
  EXPECT_THROW(write_file_atomic(folder.path() / "x", "one"), Error);
  EXPECT_EQ(entries(folder.path()), 1U);
  EXPECT_THROW(write_file_atomic(folder.path() / "no" / "x", "one"), Error);
}

TEST(AtomicFolder, AppearsOnCommitOnly) {
  const ScratchFolder folder;
  AtomicFolder made(folder.path() / "a" / "store");
  std::ofstream(made.path() / "part") << "1";
  EXPECT_FALSE(fs::exists(folder.path() / "a" / "store"));
  made.commit();
  EXPECT_EQ(content(folder.path() / "a" / "store" / "part"), "1");
  EXPECT_EQ(entries(folder.path() / "a"), 1U);
}

TEST(AtomicFolder, IsRemovedWithoutCommit) {
  const ScratchFolder folder;
  {
    const AtomicFolder dropped(folder.path() / "store");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AtomicFolder, ReplacesAnOlderOneWhole) {
  const ScratchFolder folder;
  folder.write("store/old", "old");
  AtomicFolder made(folder.path() / "store/");
  std::ofstream(made.path() / "new") << "new";
  made.commit();
  EXPECT_FALSE(fs::exists(folder.path() / "store" / "old"));
  EXPECT_EQ(content(folder.path() / "store" / "new"), "new");
  EXPECT_EQ(entries(folder.path()), 1U);
}

}  // namespace
}  // namespace rnb
