#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/npy.h"
#include "datasets/readers/uid_subset.h"
#include "datasets/store/image_store.h"
#include "tests/base/fuzz.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/small_tars.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using Members = std::vector<std::pair<std::string, std::string>>;

std::string uid_of(int i) {
  return fmt::format("{:032x}", i + 1);
}

void add_pair(Members& members, int i, const std::string& category, int size = 20) {
  const std::string key = fmt::format("{:09}", i);
  const auto shade = static_cast<uint8_t>(i * 3 % 256);
  members.emplace_back(key + ".jpg", plain_jpeg(size, size + 4, {shade, 100, 200}));
  members.emplace_back(key + ".txt", fmt::format("a picture of shade {}", i));
  members.emplace_back(
      key + ".json",
      nlohmann::json{{"uid", uid_of(i)}, {"category", category}, {"source", "made"}, {"n", 7}}.dump());
}

// Two tars of 60 pairs, domains "even" and "odd".
void write_tars(const ScratchFolder& folder) {
  for (int tar = 0; tar < 2; ++tar) {
    Members members;
    for (int i = 60 * tar; i < 60 * (tar + 1); ++i) add_pair(members, i, i % 2 ? "odd" : "even");
    folder.write(fmt::format("tars/{:08}.tar", tar), tar_of(members));
  }
}

PrepareOptions options_of(const ScratchFolder& folder) {
  PrepareOptions options;
  options.dataset = "datacomp";
  options.source.from = folder.path() / "tars";
  options.source.extra["domain-field"] = "category";
  options.tokenizer = "train:300";
  options.threads = 2;
  options.out = folder.path() / "store";
  return options;
}

TEST(DataComp, PairsBecomeExamplesWithTheirImages) {
  const ScratchFolder folder;
  write_tars(folder);
  const auto made = prepare(options_of(folder));
  EXPECT_EQ(made.examples, 120);
  EXPECT_EQ(made.bad_rows, 0);
  const Store store(folder.path() / "store");
  EXPECT_EQ(store.domain_names(), (std::vector<std::string>{"even", "odd"}));
  EXPECT_EQ(store.example_id(77), uid_of(77));
  EXPECT_EQ(store.text(77), "a picture of shade 77");
  const ImageStore images(store);
  const Image image = images.image(77);
  EXPECT_EQ(image.width, 20);
  EXPECT_EQ(image.height, 24);
  EXPECT_NEAR(image.rgb[0], 77 * 3, 3);
  verify_store(store);
  verify_images(store);
  EXPECT_TRUE(prepare(options_of(folder)).reused);
}

TEST(DataComp, OneDomainWithoutAFieldAndPairsOfTwo) {
  const ScratchFolder folder;
  write_tars(folder);
  SourceOptions options;
  options.from = folder.path() / "tars";
  EXPECT_EQ(std::get<Example>(read_all("datacomp", options).front()).domain, "all");
  options.extra["domain-field"] = "source+category";
  EXPECT_EQ(std::get<Example>(read_all("datacomp", options).front()).domain, "made/even");
  options.extra["domain-field"] = "n";
  EXPECT_EQ(std::get<Example>(read_all("datacomp", options).front()).domain, "7");
}

TEST(DataComp, ASubsetFileChoosesByUid) {
  const ScratchFolder folder;
  write_tars(folder);
  std::string npy("\x93NUMPY\x01\x00", 8);
  std::string header = "{'descr': [('f0', '<u8'), ('f1', '<u8')], 'fortran_order': False, 'shape': (3,), }";
  header.resize(117, ' ');
  header += '\n';
  npy += static_cast<char>(header.size());
  npy += '\0';
  npy += header;
  for (const uint64_t low : {uint64_t{1 + 5}, uint64_t{1 + 70}, uint64_t{1 << 20}})
    for (const uint64_t half : {uint64_t{0}, low}) npy.append(reinterpret_cast<const char*>(&half), 8);
  SourceOptions options;
  options.from = folder.path() / "tars";
  options.extra["subset"] = folder.write("subset.npy", npy).string();
  const auto rows = read_all("datacomp", options);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(std::get<Example>(rows[0]).id, uid_of(5));
  EXPECT_EQ(std::get<Example>(rows[1]).id, uid_of(70));
  for (const std::string& bad : {npy.substr(0, npy.size() - 8), std::string("x"), npy.substr(0, 40)}) {
    options.extra["subset"] = folder.write("bad.npy", bad).string();
    EXPECT_NE(error_of([&] { read_all("datacomp", options); }).find("bad.npy"), std::string::npos);
  }
}

TEST(DataComp, ALimitIsAsManyPairsWhateverTheOrder) {
  const ScratchFolder folder;
  write_tars(folder);
  SourceOptions options;
  options.from = folder.path() / "tars";
  options.limit = 30;
  std::vector<std::string> ids;
  for (const Row& row : read_all("datacomp", options)) ids.push_back(std::get<Example>(row).id);
  EXPECT_EQ(ids.size(), 30U);
  fs::rename(folder.path() / "tars/00000000.tar", folder.path() / "tars/9.tar");
  std::vector<std::string> again;
  for (const Row& row : read_all("datacomp", options)) again.push_back(std::get<Example>(row).id);
  std::sort(ids.begin(), ids.end());
  std::sort(again.begin(), again.end());
  EXPECT_EQ(ids, again);
}

TEST(DataComp, WhatCannotBeUsedIsCountedByKindAndLeftOut) {
  const ScratchFolder folder;
  Members members;
  for (int i = 0; i < 30; ++i) add_pair(members, i, i % 2 ? "odd" : "even");
  const auto add = [&](const std::string& key, const std::string& jpg, const std::string& txt,
                       const std::string& json) {
    if (!jpg.empty()) members.emplace_back(key + ".jpg", jpg);
    if (!txt.empty()) members.emplace_back(key + ".txt", txt);
    if (!json.empty()) members.emplace_back(key + ".json", json);
  };
  const std::string jpeg = plain_jpeg(16, 16, {1, 2, 3});
  const auto json = [](const char* uid) { return nlohmann::json{{"uid", uid}, {"category", "odd"}}.dump(); };
  add("no-image", "", "text", json("a"));
  add("html", "<html>404 not found</html>", "text", json("b"));
  add("cut", jpeg.substr(0, 100), "text", json("c"));
  add("line", plain_jpeg(1000, 2, {1, 2, 3}), "text", json("h"));
  add("no-caption", jpeg, "", json("d"));
  add("blank", jpeg, " \n\t", json("e"));
  add("bytes", jpeg, "\xff\xfe caption", json("f"));
  add("bad-json", jpeg, "text", "{\"uid\": ");
  add("no-json", jpeg, "text", "");
  add("no-category", jpeg, "text", "{\"uid\": \"g\"}");
  add("again", jpeg, "text", nlohmann::json{{"uid", uid_of(3)}, {"category", "odd"}}.dump());
  folder.write("tars/0.tar", tar_of(members));
  const auto made = prepare(options_of(folder));
  EXPECT_EQ(made.examples, 30);
  EXPECT_EQ(made.bad_rows, 11);
  const auto kinds = Store(folder.path() / "store").manifest().at("bad_rows_by_kind");
  EXPECT_EQ(kinds, (nlohmann::json{{"damaged image", 3},
                                   {"damaged json", 1},
                                   {"no caption", 2},
                                   {"no domain", 2},
                                   {"no image", 1},
                                   {"not UTF-8", 1},
                                   {"repeated id", 1}}));
}

TEST(DataComp, ATruncatedTarStopsThePreparation) {
  const ScratchFolder folder;
  write_tars(folder);
  const fs::path tar = folder.path() / "tars/00000001.tar";
  fs::resize_file(tar, fs::file_size(tar) - 5000);
  const std::string message = error_of([&] { prepare(options_of(folder)); });
  EXPECT_NE(message.find("00000001.tar"), std::string::npos) << message;
  EXPECT_NE(message.find("truncated"), std::string::npos) << message;
  EXPECT_FALSE(fs::exists(folder.path() / "store"));
}

TEST(DataComp, ATarOfTarsIsExplained) {
  const ScratchFolder folder;
  folder.write("tars/all.tar", tar_of({{"x/00000.tar", "tar"}, {"x/README.md", "read"}}));
  EXPECT_NE(error_of([&] { prepare(options_of(folder)); }).find("unpacked"), std::string::npos);
}

TEST(ImageStore, NamesATarThatHasMovedOrChanged) {
  const ScratchFolder folder;
  write_tars(folder);
  prepare(options_of(folder));
  const Store store(folder.path() / "store");
  const fs::path tars = folder.path() / "tars", tar = tars / "00000001.tar";
  const std::string whole = read_text_file(tar);
  const auto complaint = [&] { return error_of([&] { const ImageStore images(store); }); };

  fs::rename(tars, folder.path() / "elsewhere");
  EXPECT_NE(complaint().find(tars / "00000000.tar"), std::string::npos) << complaint();
  EXPECT_NE(complaint().find("tars.json"), std::string::npos);
  folder.write("store/tars.json", nlohmann::json{{"folder", (folder.path() / "elsewhere").string()}}.dump());
  EXPECT_EQ(complaint(), "no error");
  fs::rename(folder.path() / "elsewhere", tars);
  folder.write("store/tars.json", nlohmann::json{{"folder", tars.string()}}.dump());

  folder.write("tars/00000001.tar", whole.substr(0, whole.size() - 512));
  EXPECT_NE(complaint().find("00000001.tar"), std::string::npos);
  // The same size, another content: found when an image is read, and by its digest.
  folder.write("tars/00000001.tar", std::string(512, '\0') + whole.substr(0, whole.size() - 512));
  const ImageStore images(store);
  const std::string message = error_of([&] { images.image(119); });
  EXPECT_NE(message.find("00000001.tar"), std::string::npos);
  EXPECT_NE(message.find(uid_of(119)), std::string::npos) << message;
  EXPECT_NE(error_of([&] { verify_images(store); }).find("00000001.tar"), std::string::npos);
}

TEST(ImageStore, PixelsMayLieInTheStore) {
  const ScratchFolder folder;
  write_tars(folder);
  auto options = options_of(folder);
  options.source.extra["images"] = "embed:12";
  prepare(options);
  fs::remove_all(folder.path() / "tars");
  const Store store(folder.path() / "store");
  const ImageStore images(store);
  const Image image = images.image(40);
  EXPECT_EQ(image.width, 12);
  EXPECT_EQ(image.height, 12);
  EXPECT_NEAR(image.rgb[0], 120, 3);
  EXPECT_EQ(NpyArray(store.folder() / "pixels.npy").shape(), (std::vector<int64_t>{120, 12, 12, 3}));
  options.source.extra["images"] = "embed:4000";
  EXPECT_THROW(prepare(options), UsageError);
}

// The stand-in tars; expected values are from its manifest.tsv, which lists every pair.
TEST(DataComp, HasEveryPairOfTheStandInWithItsCaptionAndCategory) {
  const char* data = std::getenv("RNB_DATA_DIR");
  if (!data) GTEST_SKIP() << "RNB_DATA_DIR is not set: the folder with imagetext-wds.tar";
  const fs::path archive = fs::path(data) / "imagetext-wds.tar";
  if (!fs::exists(archive)) GTEST_SKIP() << archive << " is missing";
  const ScratchFolder folder;
  const std::string unpack = "tar -xf '" + archive.string() + "' -C '" + folder.path().string() + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  std::map<std::string, std::pair<std::string, std::string>> listed;  // category and caption by uid
  std::ifstream lines(folder.path() / "imagetext-wds/manifest.tsv");
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::vector<std::string> columns(1);
    for (const char c : line)
      if (c == '\t')
        columns.emplace_back();
      else
        columns.back() += c;
    ASSERT_EQ(columns.size(), 6U);
    columns[5].resize(columns[5].find_last_not_of(' ') + 1);  // as the source does
    listed[columns[0]] = {columns[4], columns[5]};
  }
  SourceOptions options;
  options.from = folder.path() / "imagetext-wds";
  options.extra["domain-field"] = "category";
  options.threads = 2;
  size_t pairs = 0;
  std::set<std::string> domains;
  for (const Row& row : read_all("datacomp", options)) {
    ASSERT_TRUE(std::holds_alternative<Example>(row)) << std::get<BadRow>(row).where;
    const auto& e = std::get<Example>(row);
    ASSERT_TRUE(listed.contains(e.id)) << e.id;
    EXPECT_EQ(e.domain, listed.at(e.id).first);
    EXPECT_EQ(e.completion, listed.at(e.id).second) << e.id;
    domains.insert(e.domain);
    ++pairs;
  }
  EXPECT_EQ(pairs, listed.size());
  EXPECT_EQ(pairs, 8531U);
  EXPECT_EQ(domains.size(), 33U);
}

TEST(Fuzz, UidSubsets) {
  const ScratchFolder folder;
  std::string good("\x93NUMPY\x01\x00\x57\x00", 10);
  good += "{'descr': [('f0', '<u8'), ('f1', '<u8')], 'fortran_order': False, 'shape': (2,), }    \n";
  good += std::string(32, '\x01');
  int read = 0, refused = 0;
  fuzz("uids", 400, [&](Rng& rng) {
    const auto file = folder.write("x.npy", damaged(good, rng, "[]()',<u8 0123"));
    const bool whole = accepted([&] {
      const UidSubset subset(file);
      subset.contains({1, 2});
      EXPECT_LE(subset.size(), 10U);
    });
    ++(whole ? read : refused);
  });
  EXPECT_EQ(UidSubset(folder.write("x.npy", good)).size(), 2U);
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, 0);
}

TEST(Fuzz, DataCompTars) {
  const ScratchFolder folder;
  Members members;
  for (int i = 0; i < 3; ++i) add_pair(members, i, "d", 8);
  const std::string good = tar_of(members);
  SourceOptions options;
  options.from = folder.path() / "x.tar";
  options.extra["domain-field"] = "category";
  int examples = 0, bad = 0, refused = 0;
  fuzz("datacomp", 200, [&](Rng& rng) {
    folder.write("x.tar", damaged(good, rng, std::string("\0{}\"\xff.jpg", 9)));
    refused += !accepted([&] {
      for (const Row& row : read_all("datacomp", options))
        ++(std::holds_alternative<Example>(row) ? examples : bad);
    });
  });
  EXPECT_GT(examples, 0);
  EXPECT_GT(bad + refused, 0);
}

}  // namespace
}  // namespace rnb
