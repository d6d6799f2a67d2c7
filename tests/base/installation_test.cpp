#include "base/installation.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

class InstallationTest : public ::testing::Test {
 protected:
  InstallationTest() {
    for (const char* name : {"RNB_PLOTS", "RNB_PYTHON", "RNB_PARQUET_READER"}) ::unsetenv(name);
  }
  ScratchFolder folder_;
  const fs::path source_ = folder_.path() / "source", prefix_ = folder_.path() / "prefix";
};

TEST_F(InstallationTest, AnInstalledTreeGoesBeforeTheSourceTree) {
  for (const char* file : {"prefix/lib/rnb/librnb_train.so", "prefix/share/rnb/plots/report.py",
                           "prefix/share/rnb/experiments/x.ini", "prefix/share/rnb/paper/x.csv",
                           "prefix/share/rnb/readers/parquet_rows.py", "prefix/lib/rnb/venv/bin/python",
                           "source/plots/report.py", "source/.venv/bin/python"})
    folder_.write(file, "");
  const Installation here(prefix_ / "bin", source_);
  EXPECT_EQ(here.train_module(), prefix_ / "lib/rnb/librnb_train.so");
  EXPECT_EQ(here.plots(), prefix_ / "share/rnb/plots");
  EXPECT_EQ(here.experiments(), prefix_ / "share/rnb/experiments");
  EXPECT_EQ(here.paper_numbers(), prefix_ / "share/rnb/paper");
  EXPECT_EQ(here.parquet_reader(), prefix_ / "share/rnb/readers/parquet_rows.py");
  EXPECT_EQ(here.python(), prefix_ / "lib/rnb/venv/bin/python");
  fs::rename(prefix_, folder_.path() / "moved");
  EXPECT_EQ(Installation(folder_.path() / "moved/bin", source_).plots(),
            folder_.path() / "moved/share/rnb/plots");
}

TEST_F(InstallationTest, WithoutOneTheSourceTreeServes) {
  folder_.write("source/.venv/lib/python3.11/site-packages/x.py", "");
  const Installation here(folder_.path() / "build", source_);
  EXPECT_EQ(here.train_module(), folder_.path() / "build/librnb_train.so");
  EXPECT_EQ(here.plots(), source_ / "plots");
  EXPECT_EQ(here.experiments(), source_ / "experiments");
  EXPECT_EQ(here.paper_numbers(), source_ / "results/paper");
  EXPECT_EQ(here.parquet_reader(), source_ / "datasets/readers/parquet_rows.py");
  EXPECT_EQ(here.python(), source_ / ".venv/bin/python");
  EXPECT_EQ(here.python_packages(), source_ / ".venv/lib/python3.11/site-packages");
}

TEST_F(InstallationTest, VariablesGoBeforeBoth) {
  folder_.write("prefix/share/rnb/plots/report.py", "");
  ::setenv("RNB_PLOTS", "/mine", 1);
  ::setenv("RNB_PYTHON", "/bin/sh", 1);
  const Installation here(prefix_ / "bin", source_);
  EXPECT_EQ(here.plots(), "/mine");
  EXPECT_EQ(here.python(), "/bin/sh");
  ::unsetenv("RNB_PLOTS");
  ::unsetenv("RNB_PYTHON");
}

}  // namespace
}  // namespace rnb
