#include "datasets/webdataset/tar_members.h"

#include <gtest/gtest.h>

#include "datasets/webdataset/samples.h"
#include "tests/base/fuzz.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/small_tars.h"

namespace rnb {
namespace {
using Members = std::vector<std::pair<std::string, std::string>>;

Members members_of(const std::filesystem::path& file) {
  TarMembers tar(file);
  Members out;
  while (const auto m = tar.next()) out.emplace_back(m->name, std::string(tar.text(*m)));
  return out;
}

TEST(TarMembers, AreGivenInOrderWithTheirContent) {
  const ScratchFolder folder;
  const Members members{{"a.jpg", std::string(513, 'x')}, {"a.txt", ""}, {"b/c.json", "{}"}};
  const auto file = folder.write("x.tar", tar_of(members));
  EXPECT_EQ(members_of(file), members);
  TarMembers tar(file);
  const auto first = tar.next();
  EXPECT_EQ(first->offset, 512U);
  EXPECT_EQ(first->bytes, 513U);
}

TEST(TarMembers, LongNamesComeFromGnuAndPaxHeaders) {
  const ScratchFolder folder;
  const std::string name = std::string(150, 'n') + ".txt";
  const std::string record =
      fmt::format("{} path={}\n", name.size() + 10, name);  // "164 path=" and the line's end
  ASSERT_EQ(record.size(), name.size() + 10);
  const std::string end(1024, '\0');
  const auto gnu =
      folder.write("gnu.tar", tar_member("././@LongLink", name + std::string(1, '\0'), 'L') +
                                  tar_member(name.substr(0, 100), "gnu") + tar_member("b", "2") + end);
  EXPECT_EQ(members_of(gnu), (Members{{name, "gnu"}, {"b", "2"}}));
  const auto pax = folder.write("pax.tar", tar_member("PaxHeader", record, 'x') + tar_member("short", "pax") +
                                               tar_member("b", "2") + end);
  EXPECT_EQ(members_of(pax), (Members{{name, "pax"}, {"b", "2"}}));
  const auto prefixed = folder.write("prefix.tar", tar_header("file.txt", 0, '0', "folder/deep") + end);
  EXPECT_EQ(members_of(prefixed), (Members{{"folder/deep/file.txt", ""}}));
}

TEST(TarMembers, ASizeMayComeFromPaxOrBeBinary) {
  const ScratchFolder folder;
  std::string lying = tar_header("a", 0);  // says 0; the pax header says 3
  const std::string end(1024, '\0'), block = "abc" + std::string(509, '\0');
  EXPECT_EQ(members_of(folder.write("pax.tar", tar_member("P", "10 size=3\n", 'x') + lying + block + end)),
            (Members{{"a", "abc"}}));
  std::string binary = tar_header("a", 3);
  for (size_t i = 124; i < 136; ++i) binary[i] = '\0';
  binary[124] = '\x80';
  binary[135] = 3;
  unsigned sum = 0;
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(binary[i]);
  const std::string digits = fmt::format("{:06o}", sum);
  std::memcpy(binary.data() + 148, digits.data(), 6);
  EXPECT_EQ(members_of(folder.write("binary.tar", binary + block + end)), (Members{{"a", "abc"}}));
}

TEST(TarMembers, FoldersAndLinksArePassedOver) {
  const ScratchFolder folder;
  const std::string tar = tar_header("folder/", 0, '5') + tar_header("link", 0, '2') + tar_member("a", "1") +
                          std::string(1024, '\0');
  EXPECT_EQ(members_of(folder.write("x.tar", tar)), (Members{{"a", "1"}}));
}

TEST(TarMembers, ATruncatedTarNamesFileAndOffset) {
  const ScratchFolder folder;
  const std::string whole = tar_of({{"a.jpg", std::string(1000, 'x')}, {"b.jpg", std::string(1000, 'y')}});
  const auto cut = [&](size_t at) {
    const auto file = folder.write("cut.tar", whole.substr(0, at));
    return error_of([&] { members_of(file); });
  };
  // Within the second content (its header is at 1536), within its header, between members, after the last
  // one.
  for (const auto& [at, offset] : std::vector<std::pair<size_t, size_t>>{
           {2500, 1536}, {1700, 1536}, {1536, 1536}, {3072, 3072}, {0, 0}}) {
    const std::string message = cut(at);
    EXPECT_NE(message.find("cut.tar"), std::string::npos) << message;
    EXPECT_NE(message.find(fmt::format("at byte {}", offset)), std::string::npos) << at << ": " << message;
    EXPECT_NE(message.find("truncated"), std::string::npos) << message;
  }
  EXPECT_EQ(cut(3584), "no error");  // one block of zeros is there
}

TEST(TarMembers, AHeaderWithAWrongChecksumIsRefused) {
  const ScratchFolder folder;
  std::string tar = tar_of({{"a.jpg", "x"}});
  tar[3] ^= 1;
  EXPECT_NE(error_of([&] { members_of(folder.write("x.tar", tar)); }).find("checksum"), std::string::npos);
}

TEST(TarMembers, AMemberIsFoundAgainByItsHeader) {
  const std::string tar = tar_of({{"a.jpg", "abc"}, {"b.jpg", "defg"}});
  const auto bytes = std::as_bytes(std::span(tar));
  EXPECT_TRUE(has_member_at(bytes, 512, 3));
  EXPECT_TRUE(has_member_at(bytes, 1536, 4));
  EXPECT_FALSE(has_member_at(bytes, 512, 4));
  EXPECT_FALSE(has_member_at(bytes, 1024, 3));
  EXPECT_FALSE(has_member_at(bytes, 0, 3));
  EXPECT_FALSE(has_member_at(bytes, 1ULL << 62, 3));
}

TEST(WebSamples, GroupMembersByTheNameUpToItsFirstDot) {
  const ScratchFolder folder;
  const auto file = folder.write("x.tar", tar_of({{"a/1.jpg", ""},
                                                  {"a/1.TXT", ""},
                                                  {"a/1.cls.json", ""},
                                                  {"README", ""},
                                                  {"a/2.jpg", ""},
                                                  {"a/.hidden", ""},
                                                  {"b/2.jpg", ""}}));
  WebSamples samples(file);
  std::vector<std::string> found;
  while (const auto s = samples.next()) {
    found.push_back(s->key);
    for (const auto& [extension, member] : s->parts) found.back() += " " + extension;
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a/1 cls.json jpg txt", "a/2 jpg", "b/2 jpg"}));
}

TEST(Fuzz, TarMembers) {
  const ScratchFolder folder;
  const std::string good = tar_member("././@LongLink", std::string(120, 'n') + std::string(1, '\0'), 'L') +
                           tar_member("n", "abc") + tar_member("P", "14 path=a/b.c\n10 size=3\n", 'x') +
                           tar_member("b", "def") + std::string(1024, '\0');
  int read = 0, refused = 0;
  fuzz("tar", 400, [&](Rng& rng) {
    const auto file = folder.write("x.tar", damaged(good, rng, std::string("\0 07\x80\xffxgL=\n", 12)));
    const bool whole = accepted([&] {
      TarMembers tar(file);
      size_t sum = 0;
      while (const auto m = tar.next()) {
        for (const char c : tar.text(*m)) sum += static_cast<unsigned char>(c);
        has_member_at(tar.bytes(*m), m->offset, m->bytes);
      }
      EXPECT_LE(sum, size_t{255} * 10000);
    });
    ++(whole ? read : refused);
  });
  EXPECT_GT(read + refused, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace rnb
