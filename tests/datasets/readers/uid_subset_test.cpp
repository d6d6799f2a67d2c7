#include "datasets/readers/uid_subset.h"

#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A file as numpy.save writes it, its header given.
std::string npy(std::string header, const std::string& data) {
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + data;
}

std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
}

const std::string kTwo(
    "\2\0\0\0\0\0\0\0"
    "\3\0\0\0\0\0\0\0"
    "\1\0\0\0\0\0\0\0"
    "\0\1\0\0\0\0\0\0",
    32);

TEST(ParseUid, TakesThirtyTwoHexadecimalDigits) {
  EXPECT_EQ(parse_uid("0123456789abcdefFEDCBA9876543210"), Uid(0x0123456789abcdefULL, 0xfedcba9876543210ULL));
  for (const char* wrong : {"", "0123456789abcdefFEDCBA987654321", "0123456789abcdefFEDCBA98765432100",
                            "0123456789abcdegFEDCBA9876543210", "0x23456789abcdefFEDCBA9876543210"})
    EXPECT_FALSE(parse_uid(wrong)) << wrong;
}

TEST(ReadUids, KeepsTheOrderOfTheFile) {
  const ScratchFolder folder;
  const auto file = folder.write("x.npy", npy(header("[('f0', '<u8'), ('f1', '<u8')]", "(2,)"), kTwo));
  EXPECT_THAT(read_uids(file), ElementsAre(Uid(2, 3), Uid(1, 256)));
  const UidSubset subset(file);
  EXPECT_EQ(subset.size(), 2U);
  EXPECT_TRUE(subset.contains({1, 256}));
  EXPECT_FALSE(subset.contains({3, 2}));
}

TEST(ReadUids, NamesTheFileAndWhatItHolds) {
  const ScratchFolder folder;
  const auto why = [&](const std::string& descr, const std::string& shape) {
    const auto file = folder.write("wrong.npy", npy(header(descr, shape), kTwo));
    return error_of([&] { read_uids(file); });
  };
  EXPECT_THAT(why("'<u8'", "(4,)"), HasSubstr("wrong.npy: is not a vector of dtype u8,u8"));
  EXPECT_THAT(why("[('f0', '<u8')]", "(2,)"), HasSubstr("dtype u8,u8"));
  EXPECT_THAT(why("[('f0', '<u8'), ('f1', '<i8')]", "(2,)"), HasSubstr("dtype u8,u8"));
  EXPECT_THAT(why("[('f0', '<u8'), ('f1', '<u8')]", "(1, 2)"), HasSubstr("shape (1, 2)"));
  EXPECT_THAT(why("[('f0', '<u8'), ('f1', '<u8')]", "(3,)"), HasSubstr("wrong.npy: is truncated"));
}

}  // namespace
}  // namespace rnb
