#include "base/npy.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// A file as the format's description has it (numpy.lib.format): magic, version, header length, dictionary,
// data.
std::string npy(std::string dict, std::string_view data, char major = 1) {
  const size_t fixed = major == 1 ? 10 : 12;
  dict.append((64 - (fixed + dict.size() + 1) % 64) % 64, ' ');
  dict += '\n';
  std::string out = std::string("\x93NUMPY") + major + '\0';
  out += static_cast<char>(dict.size() & 0xff);
  out += static_cast<char>(dict.size() >> 8);
  if (major > 1) out += std::string(2, '\0');
  return out + dict + std::string(data);
}

std::string why(const fs::path& file) {
  try {
    const NpyArray array(file);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(NpyArray, ReadsBytesLaidOutByHand) {
  const ScratchFolder folder;
  const std::string data("\x01\x00\x00\x00\xff\xff\xff\xff\x00\x01\x00\x00", 12);  // 1, -1, 256 little-endian
  for (const char version : {'\1', '\2', '\3'}) {
    const NpyArray a(folder.write(
        "a.npy", npy("{'descr': '<i4', 'fortran_order': False, 'shape': (3, 1), }", data, version)));
    EXPECT_THAT(a.shape(), testing::ElementsAre(3, 1));
    EXPECT_THAT(a.values<int32_t>(), testing::ElementsAre(1, -1, 256));
    EXPECT_THROW(a.values<float>(), Error);
  }
}

TEST(NpyArray, RefusesWhatItCannotReadAndSaysWhy) {
  const ScratchFolder folder;
  const auto refused = [&](const std::string& bytes) { return why(folder.write("b.npy", bytes)); };
  using testing::HasSubstr;
  EXPECT_THAT(refused("hello, world"), HasSubstr("is not a .npy file"));
  EXPECT_THAT(refused(""), HasSubstr("b.npy"));
  EXPECT_THAT(refused(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", "12345678901")),
              HasSubstr("truncated"));
  EXPECT_THAT(refused(npy("{'descr': '<i4', 'fortran_order': True, 'shape': (1,), }", "1234")),
              HasSubstr("Fortran"));
  EXPECT_THAT(refused(npy("{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", "1234")),
              HasSubstr("'>i4'"));
  EXPECT_THAT(refused(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "1234")),
              HasSubstr("|O"));
  EXPECT_THAT(
      refused(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "")),
      HasSubstr("too large"));
  EXPECT_THAT(refused(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2305843009213693952,), }", "")),
              HasSubstr("truncated"));  // 2^61 elements of 8 bytes: 2^64
  EXPECT_THAT(refused(npy("{'descr': '<i4', 'shape': (1,), }", "1234")), HasSubstr("fortran_order"));
  EXPECT_THAT(refused(std::string("\x93NUMPY\x01\x00\xff\xff{'descr'", 18)), HasSubstr("truncated"));
}

TEST(NpyArray, RefusesDataThatAReaderCouldNotAlign) {
  const ScratchFolder folder;
  // A header of 70 bytes instead of a multiple of 64 (what the format asks for).
  const std::string dict = "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }\n";
  const auto file = [&](char item, size_t header) {
    std::string text = dict;
    text[dict.find('4')] = item;
    text.insert(text.size() - 1, header - 10 - text.size(), ' ');
    return folder.write("c.npy", std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header - 10) + '\0' +
                                     text + std::string(8, '\1'));
  };
  EXPECT_THAT(why(file('4', 70)), testing::AllOf(testing::HasSubstr("c.npy"), testing::HasSubstr("byte 70"),
                                                 testing::HasSubstr("4 bytes")));
  EXPECT_EQ(why(file('2', 70)), "no error");
  EXPECT_EQ(why(file('4', 72)), "no error");
  EXPECT_EQ(why(file('8', 72)), "no error");
  EXPECT_THAT(why(file('8', 76)), testing::HasSubstr("byte 76"));
}

// Strides are products of dimensions, so these must not overflow where another one is 0.
TEST(NpyArray, RefusesShapesWhoseProductsOverflow) {
  const ScratchFolder folder;
  const auto refused = [&](const char* shape) {
    return why(folder.write(
        "d.npy", npy(fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape), "")));
  };
  using testing::HasSubstr;
  EXPECT_THAT(refused("(8589934592, 1073741824, 0)"), HasSubstr("too large"));  // 2^33 x 2^30
  EXPECT_THAT(refused("(0, 4294967296, 4294967296)"), HasSubstr("too large"));
  EXPECT_THAT(refused("(9223372036854775808,)"), HasSubstr("too large"));  // 2^63
  EXPECT_THAT(refused("(99999999999999999999,)"), HasSubstr("too large"));
  EXPECT_THAT(refused("(-1,)"), HasSubstr("malformed"));
  EXPECT_EQ(refused("(4294967296, 1073741824, 0)"), "no error");  // 2^62
  EXPECT_EQ(NpyArray(folder.path() / "d.npy").size(), 0);
  EXPECT_TRUE(NpyArray(folder.path() / "d.npy").values<float>().empty());
}

TEST(NpyArray, ReadsShapesAsNumpyWritesThem) {
  const ScratchFolder folder;
  const auto shape = [&](const char* text) {
    return NpyArray(folder.write("e.npy", npy(fmt::format("{{'shape': {}, 'fortran_order': False, 'descr': "
                                                          "'|u1'}}",
                                                          text),
                                              "123456")))
        .shape();
  };
  EXPECT_THAT(shape("()"), testing::IsEmpty());  // a scalar
  EXPECT_THAT(shape("(6,)"), testing::ElementsAre(6));
  EXPECT_THAT(shape("(2, 3)"), testing::ElementsAre(2, 3));
  EXPECT_THAT(shape("(2L, 3L)"), testing::ElementsAre(2, 3));  // Python 2
}

TEST(NpyArray, TellsTheFieldsOfARecord) {
  const ScratchFolder folder;
  const auto with = [&](const char* descr) {
    return folder.write("f.npy",
                        npy(fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': (2,), }}", descr),
                            "0123456789ab0123456789ab"));
  };
  const NpyArray array(with("[('f0', '<u8'), ('shape', '<f4')]"));
  EXPECT_EQ(array.type(), (NpyType{'V', 12}));
  EXPECT_THAT(array.header().fields, testing::ElementsAre(NpyType{'u', 8}, NpyType{'f', 4}));
  EXPECT_EQ(array.data().size(), 24U);
  EXPECT_THROW(array.values<uint8_t>(), Error);
  EXPECT_THAT(why(with("[('f0', '<u8', (2,))]")), testing::HasSubstr("malformed"));
  EXPECT_THAT(why(with("[('f0', '|S4')]")), testing::HasSubstr("'|S4'"));
  EXPECT_THAT(why(with("[]")), testing::HasSubstr("malformed"));
  EXPECT_THAT(why(with("[('f0', '<u8'), ('f1', '<u8')]")), testing::HasSubstr("truncated"));
}

TEST(NpyArray, BooleansAreReadAsBytes) {
  const ScratchFolder folder;
  const NpyArray a(folder.write("g.npy", npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }",
                                             std::string_view("\0\1", 2))));
  EXPECT_THAT(a.values<uint8_t>(), testing::ElementsAre(0, 1));
  EXPECT_THROW(a.values<int8_t>(), Error);
}

TEST(NpyWriterDeathTest, WantsTheTypeThatWasNamedAndWholeRows) {
  const ScratchFolder folder;
  const std::vector<int64_t> wide{1, 2};
  EXPECT_DEATH(NpyWriter(folder.path() / "a.npy", npy_type<float>()).append(std::span<const int64_t>(wide)),
               "npy_type");
  EXPECT_DEATH(
      {
        NpyWriter rows(folder.path() / "b.npy", npy_type<int64_t>(), {3});
        rows.append(std::span<const int64_t>(wide));
        rows.close();
      },
      "bytes_");
}

TEST(NpyWriter, WritesWhatNumpyReads) {
  const fs::path python = fs::path(RNB_SOURCE_DIR) / ".venv/bin/python";
  if (std::system((python.string() + " -c 'import numpy' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "no .venv with numpy: scripts/setup.sh makes one";
  const ScratchFolder folder;
  NpyWriter rows(folder.path() / "rows.npy", npy_type<float>(), {2});
  rows.append(std::span<const float>(std::vector<float>{1.5F, -2, 3}));
  rows.append(std::span<const float>(std::vector<float>{4}));
  rows.close();
  NpyWriter(folder.path() / "none.npy", npy_type<int64_t>()).close();
  write_npy<uint8_t>(folder.path() / "bytes.npy", std::vector<uint8_t>{0, 255}, {2});
  const fs::path script = folder.write("check.py", R"(
import sys, numpy as np
from pathlib import Path
folder = Path(sys.argv[1])
rows = np.load(folder / "rows.npy")
assert rows.dtype == np.float32 and rows.tolist() == [[1.5, -2], [3, 4]], rows
none = np.load(folder / "none.npy")
assert none.dtype == np.int64 and none.shape == (0,), none
assert np.load(folder / "bytes.npy").tolist() == [0, 255]
np.save(folder / "back.npy", np.array([[1, 2, 3], [4, 5, 2**40]], np.int64))
)");
  ASSERT_EQ(std::system((python.string() + " " + script.string() + " " + folder.path().string()).c_str()), 0);
  const NpyArray back(folder.path() / "back.npy");
  EXPECT_THAT(back.shape(), testing::ElementsAre(2, 3));
  EXPECT_THAT(back.values<int64_t>(), testing::ElementsAre(1, 2, 3, 4, 5, int64_t{1} << 40));
}

}  // namespace
}  // namespace rnb
