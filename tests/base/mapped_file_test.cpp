#include "base/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

using ::testing::HasSubstr;

TEST(MappedFile, HoldsTheBytes) {
  const ScratchFolder folder;
  const std::string content("a\0b\n", 4);
  MappedFile file(folder.write("x", content));
  EXPECT_EQ(file.text(), content);
  EXPECT_EQ(file.bytes().size(), 4U);
  const char* const where = file.text().data();
  MappedFile moved(std::move(file));
  EXPECT_EQ(moved.text().data(), where) << "a move maps nothing anew";
  MappedFile other(folder.write("y", "other"));
  other = std::move(moved);
  EXPECT_EQ(other.text(), content);
}

TEST(MappedFile, MayBeEmpty) {
  const ScratchFolder folder;
  EXPECT_EQ(MappedFile(folder.write("x", "")).text(), "");
  EXPECT_EQ(MappedFile().text(), "");
}

TEST(MappedFile, SaysWhatCannotBeMapped) {
  const ScratchFolder folder;
  const auto error_of = [](const std::filesystem::path& file) {
    try {
      MappedFile{file};
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(error_of(folder.path() / "none"), HasSubstr("none: cannot be opened: No such file"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("is not a regular file"));
}

}  // namespace
}  // namespace rnb
