// cmake/stamp_commit.cmake in source trees of several kinds.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/launch.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// A source tree that is nothing but the script.
class StampedTree : public testing::Test {
 protected:
  StampedTree() : source_(scratch_.path() / "source"), out_(scratch_.path() / "stamp.cpp") {
    fs::create_directories(source_ / "cmake");
    fs::copy_file(RNB_SOURCE_DIR "/cmake/stamp_commit.cmake", source_ / "cmake/stamp_commit.cmake");
    fs::copy_file(RNB_SOURCE_DIR "/cmake/commit.txt", source_ / "cmake/commit.txt");
  }

  std::string stamp() const {
    EXPECT_TRUE(output_of_program({RNB_CMAKE, "-DSOURCE=" + source_.string(), "-DOUT=" + out_.string(), "-P",
                                   (source_ / "cmake/stamp_commit.cmake").string()}));
    return read_text_file(out_);
  }

  // Output without its line end.
  std::string git(const fs::path& folder, std::vector<std::string> words) const {
    words.insert(words.begin(),
                 {"git", "-C", folder.string(), "-c", "user.name=t", "-c", "user.email=t@example.org"});
    const auto said = output_of_program(words);
    EXPECT_TRUE(said) << words[7];
    return said.value_or("\n").substr(0, said.value_or("\n").find('\n'));
  }
  void commit_all(const fs::path& folder) const {
    git(folder, {"init", "-q"});
    git(folder, {"add", "-A"});
    git(folder, {"commit", "-q", "-m", "one"});
  }

  ScratchFolder scratch_;
  fs::path source_, out_;
};

TEST_F(StampedTree, HasNoCommitWithoutGit) {
  EXPECT_THAT(stamp(), HasSubstr("return {\"\", \"\"};"));
}

TEST_F(StampedTree, HasTheCommitOfACleanCheckout) {
  commit_all(source_);
  EXPECT_THAT(stamp(), HasSubstr("return {\"" + git(source_, {"rev-parse", "HEAD"}) + "\", \"\"};"));
}

TEST_F(StampedTree, HasADigestOfWhatWasChanged) {
  commit_all(source_);
  scratch_.write("source/cmake/commit.txt", "changed; [\"with\"] what CMake reads in its own way\\\n");
  const std::string head = git(source_, {"rev-parse", "HEAD"});
  const std::string changed = stamp();
  EXPECT_THAT(changed, HasSubstr("return {\"" + head + "\", \""));
  EXPECT_THAT(changed, Not(HasSubstr("\"\"")));
  scratch_.write("source/cmake/commit.txt", "changed otherwise\n");
  EXPECT_NE(stamp(), changed);
}

TEST_F(StampedTree, IsWrittenOnlyWhenItChanges) {
  commit_all(source_);
  stamp();
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(out_, long_ago);
  stamp();
  EXPECT_EQ(fs::last_write_time(out_), long_ago);
  git(source_, {"commit", "-q", "--allow-empty", "-m", "two"});
  stamp();
  EXPECT_NE(fs::last_write_time(out_), long_ago);
}

TEST_F(StampedTree, HasTheCommitThatAnArchiveWasMadeFrom) {
  scratch_.write("source/.gitattributes", read_text_file(RNB_SOURCE_DIR "/.gitattributes"));
  commit_all(source_);
  const std::string head = git(source_, {"rev-parse", "HEAD"});
  git(source_, {"archive", "--prefix=unpacked/", "-o", (scratch_.path() / "a.tar").string(), "HEAD"});
  ASSERT_TRUE(output_of_program(
      {"tar", "-C", scratch_.path().string(), "-xf", (scratch_.path() / "a.tar").string()}));
  source_ = scratch_.path() / "unpacked";
  EXPECT_THAT(stamp(), HasSubstr("return {\"" + head + "\", \"\"};"));
}

TEST_F(StampedTree, IsNotThatOfARepositoryAround) {
  commit_all(scratch_.path());
  EXPECT_THAT(stamp(), HasSubstr("return {\"\", \"\"};"));
}

}  // namespace
}  // namespace rnb
