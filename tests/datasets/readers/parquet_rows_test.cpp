#include "datasets/readers/parquet_rows.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "base/json_file.h"
#include "tests/datasets/small_store.h"
#include "tests/datasets/write_parquet.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Parquet : public testing::Test {
 protected:
  void SetUp() override {
    if (!pyarrow_is_there()) GTEST_SKIP() << ".venv has no pyarrow: scripts/setup.sh installs it";
  }
  ScratchFolder folder_;
};

TEST_F(Parquet, GivesTheNamedColumnsOfAllFilesInOrder) {
  const std::string tricky = "a \"quoted\" \\ line\nwith é, 数 and \t tab";
  const auto a =
      write_parquet(folder_, "a.parquet",
                    {{{"x", tricky}, {"list", {"p", "q"}}, {"big", "unread"}, {"n", 7}},
                     {{"x", "2"}, {"list", nullptr}, {"big", "unread"}, {"n", nullptr}},
                     {{"x", "3"}, {"list", nlohmann::json::array()}, {"big", "unread"}, {"n", 9}}});
  const auto b = write_parquet(folder_, "b.parquet", {{{"x", "4"}}});
  ParquetRows rows({a, b}, {"x"}, {"list", "n", "nowhere"});
  EXPECT_EQ(rows.rows(), 4);
  std::vector<nlohmann::json> values;
  std::vector<std::string> where;
  while (auto row = rows.next()) {
    values.push_back(row->values);
    where.push_back(row->where);
  }
  EXPECT_FALSE(rows.next());
  ASSERT_EQ(values.size(), 4U);
  EXPECT_EQ(values[0], (nlohmann::json{{"x", tricky}, {"list", {"p", "q"}}, {"n", 7}}));
  EXPECT_EQ(values[1], (nlohmann::json{{"x", "2"}, {"list", nullptr}, {"n", nullptr}}));
  EXPECT_EQ(values[2].at("list"), nlohmann::json::array());
  EXPECT_EQ(values[3], (nlohmann::json{{"x", "4"}}));
  EXPECT_EQ(where[2], a.string() + ": row 3");
  EXPECT_EQ(where[3], b.string() + ": row 1");
}

TEST_F(Parquet, NamesTheFileAndTheColumnsThatAreThere) {
  const auto a = write_parquet(folder_, "a.parquet", {{{"x", "1"}, {"y", "2"}}});
  EXPECT_THAT(error_of([&] { ParquetRows({a}, {"question"}, {}); }),
              AllOf(HasSubstr("a.parquet: there is no column \"question\"; it has x, y")));
}

TEST_F(Parquet, RefusesCutFiles) {
  nlohmann::json rows;
  for (int i = 0; i < 100; ++i) rows.push_back({{"x", "row " + std::to_string(i)}});
  const auto a = write_parquet(folder_, "a.parquet", rows);
  const std::string whole = read_text_file(a);
  for (const size_t size : {whole.size() - 1, whole.size() / 2, size_t{12}, size_t{4}}) {
    folder_.write("cut.parquet", std::string_view(whole).substr(0, size));
    EXPECT_THAT(error_of([&] { ParquetRows({folder_.path() / "cut.parquet"}, {"x"}, {}); }),
                AllOf(HasSubstr("cut.parquet"), HasSubstr("cannot be read as Parquet")))
        << size;
  }
}

TEST_F(Parquet, DamageInTheMiddleEndsInAnErrorThatNamesTheFile) {
  nlohmann::json rows;
  for (int i = 0; i < 4000; ++i) rows.push_back({{"x", std::to_string(i * 7919)}});
  const auto a = write_parquet(folder_, "a.parquet", rows, 1000);
  std::string bytes = read_text_file(a);
  for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 3000; ++i) bytes[i] = '\xff';
  folder_.write("a.parquet", bytes);
  int64_t read = 0;
  EXPECT_THAT(error_of([&] {
                ParquetRows damaged({a}, {"x"}, {});
                while (damaged.next()) ++read;
              }),
              HasSubstr("a.parquet: cannot be read as Parquet"));
  EXPECT_GT(read, 0);
  EXPECT_LT(read, 4000);
}

TEST(ParquetRows, RefusesWhatIsNoParquetFileWithoutAskingPython) {
  const ScratchFolder folder;
  const auto error = [&](std::string_view content) {
    return error_of([&] { ParquetRows({folder.write("x.parquet", content)}, {"x"}, {}); });
  };
  EXPECT_THAT(error("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"),
              AllOf(HasSubstr("x.parquet"), HasSubstr("git lfs pull")));
  EXPECT_THAT(error("{\"a\": 1}\n"), HasSubstr("does not start with PAR1"));
  EXPECT_THAT(error(""), HasSubstr("does not start with PAR1"));
  EXPECT_THAT(error_of([&] { ParquetRows({folder.path() / "no.parquet"}, {"x"}, {}); }),
              HasSubstr("cannot be opened"));
}

// A reader that misbehaves: a program in its place.
TEST(ParquetRows, AReaderThatFailsIsAnErrorThatSaysHow) {
  const ScratchFolder folder;
  const auto file = folder.write("x.parquet", "PAR1");
  const auto error = [&](const std::string& script) {
    ::setenv("RNB_PYTHON", "/bin/sh", 1);
    ::setenv("RNB_PARQUET_READER", folder.write("reader.sh", script).c_str(), 1);
    return error_of([&] {
      ParquetRows rows({file}, {"x"}, {});
      while (rows.next()) continue;
    });
  };
  EXPECT_THAT(error("exit 3"), HasSubstr("it ended with status 3"));
  EXPECT_THAT(error("echo hello"), HasSubstr("not JSON"));
  EXPECT_THAT(error("echo '[1]'"), HasSubstr("sent [1]"));
  EXPECT_THAT(error("echo '{\"rows\": [1, 2]}'"), HasSubstr("something else than its rows"));
  EXPECT_THAT(error("echo '{\"error\": \"boom\"}'"), HasSubstr("boom"));
  EXPECT_THAT(error("echo '{\"rows\": [2]}'; echo '{\"file\": 0, \"row\": 1, \"values\": {}}'; kill -9 $$"),
              HasSubstr("signal 9"));
  EXPECT_THAT(error("echo '{\"rows\": [2]}'; echo '{\"end\": 0}'"),
              HasSubstr("0 rows were read, the files' footers say 2"));
  EXPECT_THAT(error("echo '{\"rows\": [1]}'; echo '{\"file\": 9, \"row\": 1, \"values\": {}}'"),
              HasSubstr("no row"));
  ::setenv("RNB_PYTHON", "/nowhere/python", 1);
  EXPECT_THAT(error_of([&] { ParquetRows({file}, {"x"}, {}); }),
              AllOf(HasSubstr("/nowhere/python"), HasSubstr("scripts/setup.sh")));
  ::unsetenv("RNB_PYTHON");
  ::unsetenv("RNB_PARQUET_READER");
}

}  // namespace
}  // namespace rnb
