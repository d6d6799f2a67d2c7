#include "datasets/readers/metadata_vectors.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "datasets/readers/npz.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/write_parquet.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// dtype u8,u8 of the uids (0, n).
std::string uids_npy(const std::vector<uint64_t>& low) {
  std::string header = fmt::format(
      "{{'descr': [('f0', '<u8'), ('f1', '<u8')], 'fortran_order': False, 'shape': ({},), }}", low.size());
  header.resize(117, ' ');
  std::string npy("\x93NUMPY\x01\x00\x76\x00", 10);
  npy += header + "\n";
  for (const uint64_t n : low)
    for (const uint64_t half : {uint64_t{0}, n})
      npy.append(reinterpret_cast<const char*>(&half), sizeof half);
  return npy;
}

void write_vectors(const ScratchFolder& folder, const std::string& name, const std::vector<float>& values,
                   int64_t rows) {
  write_npz(folder.path() / name,
            {{"l14_img", {{rows, static_cast<int64_t>(values.size()) / rows}, values}}});
}

TEST(MetadataVectors, AreFoundByUidInAnyFile) {
  const ScratchFolder folder;
  write_vectors(folder, "a.npz", {1, 2, 3, 4}, 2);
  folder.write("a.npy", uids_npy({9, 5}));  // in the rows' order, not sorted
  write_vectors(folder, "b.npz", {5, 6}, 1);
  folder.write("b.npy", uids_npy({7}));
  MetadataVectors vectors(folder.path(), "l14_img");
  EXPECT_EQ(vectors.dim(), 2);
  EXPECT_EQ(vectors.files().size(), 4U);
  std::vector<float> v;
  EXPECT_TRUE(vectors.find({0, 5}, v));
  EXPECT_EQ(v, (std::vector<float>{3, 4}));
  EXPECT_TRUE(vectors.find({0, 7}, v));
  EXPECT_EQ(v, (std::vector<float>{5, 6}));
  EXPECT_TRUE(vectors.find({0, 9}, v));
  EXPECT_EQ(v, (std::vector<float>{1, 2}));
  EXPECT_FALSE(vectors.find({1, 9}, v));
}

TEST(MetadataVectors, UidsMayComeFromDataCompsParquet) {
  if (!pyarrow_is_there()) GTEST_SKIP() << "pyarrow is not installed; scripts/setup.sh";
  const ScratchFolder folder;
  write_vectors(folder, "x.npz", {1, 2, 3}, 3);
  nlohmann::json rows = nlohmann::json::array();
  for (const char* uid : {"00000000000000ab00000000000000cd", "ffffffffffffffff0000000000000001",
                          "00000000000000000000000000000000"})
    rows.push_back({{"uid", uid}, {"text", "caption"}});
  write_parquet(folder, "x.parquet", rows);
  MetadataVectors vectors(folder.path() / "x.npz", "l14_img");
  std::vector<float> v;
  EXPECT_TRUE(vectors.find({~uint64_t{0}, 1}, v));
  EXPECT_EQ(v, (std::vector<float>{2}));
  EXPECT_TRUE(vectors.find({0xab, 0xcd}, v));
  EXPECT_EQ(v, (std::vector<float>{1}));
}

TEST(MetadataVectors, WhatDoesNotFitIsRefusedAndNaNIsNoVector) {
  const ScratchFolder folder;
  const fs::path npz = folder.path() / "x.npz";
  const auto message = [&] { return error_of([&] { MetadataVectors(npz, "l14_img"); }); };
  write_vectors(folder, "x.npz", {1, std::numeric_limits<float>::quiet_NaN()}, 2);
  EXPECT_NE(message().find("x.parquet"), std::string::npos);  // no uids beside it
  folder.write("x.npy", uids_npy({1, 2, 3}));
  EXPECT_NE(message().find("expected 3 rows"), std::string::npos) << message();
  folder.write("x.npy", uids_npy({1, 2}));
  EXPECT_EQ(message(), "no error");
  MetadataVectors vectors(npz, "l14_img");
  std::vector<float> v;
  EXPECT_TRUE(vectors.find({0, 1}, v));
  EXPECT_FALSE(vectors.find({0, 2}, v));
  EXPECT_NE(error_of([&] { MetadataVectors(npz, "b32_img"); }).find("l14_img"), std::string::npos);
}

}  // namespace
}  // namespace rnb
