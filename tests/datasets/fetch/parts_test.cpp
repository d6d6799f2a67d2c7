// Names, addresses, checksums, listings, archives.

#include <fstream>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/fetch/catalogue.h"
#include "datasets/fetch/checksum.h"
#include "datasets/fetch/hub.h"
#include "datasets/fetch/unpack.h"
#include "datasets/fetch/url.h"
#include "tests/base/fuzz.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/fetch/loopback_server.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using test::LoopbackServer;
using test::Reply;
using test::Request;
using ::testing::HasSubstr;

TEST(SafePath, TakesPlainRelativePathsAndNothingElse) {
  EXPECT_EQ(safe_path("data/train-00000-of-00019.parquet", "x"),
            fs::path("data/train-00000-of-00019.parquet"));
  EXPECT_EQ(safe_path(".gitattributes", "x"), fs::path(".gitattributes"));
  for (const std::string bad : {"", "/etc/passwd", "../up", "a/../../b", "a//b", "a/", ".", "a/./b", "a\\b",
                                "a\nb", "model.part", "x.part.json", ".fetched.json"})
    EXPECT_THROW(safe_path(bad, "x"), Error) << bad;
  EXPECT_THROW(safe_path(std::string("a\0b", 3), "x"), Error);
  EXPECT_THROW(safe_path(std::string(300, 'a'), "x"), Error);
}

TEST(Url, OriginIsSchemeHostAndPort) {
  EXPECT_EQ(url_origin("https://HuggingFace.co/a/b"), "https://huggingface.co:443");
  EXPECT_EQ(url_origin("http://localhost:80/"), "http://localhost:80");
  EXPECT_NE(url_origin("https://huggingface.co"), url_origin("https://huggingface.co.evil.org"));
  EXPECT_NE(url_origin("https://huggingface.co"), url_origin("https://huggingface.co@evil.org"));
  EXPECT_THROW(url_origin("file:///etc/passwd"), Error);
  EXPECT_THROW(url_origin("huggingface.co"), Error);
}

TEST(Url, SecretsAreNotShown) {
  EXPECT_EQ(url_shown("https://me:secret@host.org/a/b?signature=secret#secret"), "https://host.org/a/b");
  EXPECT_EQ(url_encode("a b/c+d%", Slash::Keep), "a%20b/c%2Bd%25");
  EXPECT_EQ(url_encode("refs/pr/1", Slash::Encode), "refs%2Fpr%2F1");
}

TEST(Checksum, ETagsOfTheHubTellTheirKind) {
  EXPECT_EQ(checksum_of_etag("\"" + std::string(64, 'a') + "\"").kind, ChecksumKind::Sha256);
  EXPECT_EQ(checksum_of_etag("W/\"" + std::string(40, 'a') + "\"").kind, ChecksumKind::GitBlob);
  EXPECT_FALSE(checksum_of_etag("\"" + std::string(32, 'a') + "\"").known());  // an MD5
  EXPECT_FALSE(checksum_of_etag("\"" + std::string(64, 'g') + "\"").known());
  EXPECT_FALSE(checksum_of_etag("").known());
}

TEST(Checksum, AGitObjectIsWhatGitSays) {
  const ScratchFolder folder;
  // printf 'hello\n' | git hash-object --stdin; git hash-object /dev/null
  EXPECT_EQ(file_checksum(folder.write("a", "hello\n"), ChecksumKind::GitBlob),
            "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(file_checksum(folder.write("b", ""), ChecksumKind::GitBlob),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

// The form that the Hub's API documents: a small file's oid is its git object, a large one's lfs.oid its
// SHA-256.
const std::string kListing = R"([
  {"type": "directory", "oid": "aa", "size": 0, "path": "data"},
  {"type": "file", "oid": "ce013625030ba8dba906f756967f9e9ca394464a", "size": 6, "path": "README.md"},
  {"type": "file", "oid": "bb", "size": 7, "path": "data/a.parquet",
   "lfs": {"oid": "2df9083338b4abd6bceb5635764dab5d833b393b55759dffb0959b6fcbf794ec", "size": 7, "pointerSize": 133}}])";

TEST(HubListing, FilesWithSizesAndChecksums) {
  const auto files = parse_hub_listing(kListing, "list");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].checksum, (Checksum{ChecksumKind::GitBlob, "ce013625030ba8dba906f756967f9e9ca394464a"}));
  EXPECT_EQ(files[1].path, "data/a.parquet");
  EXPECT_EQ(files[1].size, 7);
  EXPECT_EQ(files[1].checksum.kind, ChecksumKind::Sha256);
  EXPECT_THROW(parse_hub_listing("{}", "list"), Error);
  EXPECT_THROW(parse_hub_listing("<html>", "list"), Error);
  EXPECT_THROW(parse_hub_listing(R"([{"type":"file","oid":"","size":1,"path":"../../.bashrc"}])", "list"),
               Error);
  EXPECT_THROW(parse_hub_listing(R"([{"type":"file","oid":"","size":-1,"path":"a"}])", "list"), Error);
}

TEST(HubListing, PagesAreFollowedAndTheTokenIsNotTakenElsewhere) {
  ::setenv("no_proxy", "127.0.0.1", 1);
  const std::string entry = R"({"type":"file","oid":"","size":1,"path":")";
  const LoopbackServer elsewhere([&](const Request&) { return Reply{.body = "[" + entry + "z.npz\"}]"}; });
  const LoopbackServer hub([&](const Request& r) {
    const bool first = r.path.find("cursor") == std::string::npos;
    Reply reply{.body =
                    first ? "[" + entry + "b.parquet\"}," + entry + "c.txt\"}]" : "[" + entry + "a.npz\"}]"};
    const std::string next = first ? r.path + "&cursor=2" : elsewhere.url("/x");
    reply.headers = {
        {"Link", "<" + (first ? "http://" + r.header("host") + next : next) + ">; rel=\"next\""}};
    return reply;
  });
  HttpOptions options;
  options.home = url_origin(hub.url());
  options.token = "hf_secret";
  HttpClient client(options);
  const auto files =
      list_hub_files(client, {hub.url(), true, "owner/name", "refs/pr/1"}, {"*.parquet", "*.npz"}, {});
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].path, "a.npz");
  EXPECT_EQ(files[1].path, "b.parquet");
  EXPECT_EQ(hub.requests().at(0).path, "/api/datasets/owner/name/tree/refs%2Fpr%2F1?recursive=true");
  EXPECT_EQ(hub.requests().at(1).header("authorization"), "Bearer hf_secret");
  EXPECT_EQ(elsewhere.requests().at(0).headers.count("authorization"), 0U);
}

TEST(Catalogue, EveryEntryCanBeFetched) {
  for (const CatalogueEntry& e : catalogue()) {
    EXPECT_FALSE(e.licence.empty()) << e.name;
    EXPECT_FALSE(e.folder.empty()) << e.name;
    EXPECT_EQ(std::count(e.repository.begin(), e.repository.end(), '/'), 1) << e.name;
    EXPECT_TRUE(!e.files.empty() || !e.patterns.empty() || !e.unpack.empty()) << e.name;
    for (const CatalogueFile& f : e.files) {
      EXPECT_NO_THROW(safe_path(f.path, e.name));
      if (f.sha256.empty()) continue;
      EXPECT_EQ(checksum_of_etag(f.sha256).kind, ChecksumKind::Sha256) << e.name << " " << f.path;
      EXPECT_NE(e.revision, "main") << e.name << ": a checksum holds for a commit, not for a branch";
    }
  }
}

TEST(Catalogue, NamesOfTheHubAndNothingElse) {
  EXPECT_EQ(catalogue_entry("dolly").host, FetchHost::HubDataSet);
  EXPECT_EQ(catalogue_entry("roneneldan/TinyStories-8M").host, FetchHost::HubModel);
  EXPECT_EQ(catalogue_entry("roneneldan/TinyStories-8M").folder, "data/TinyStories-8M");
  EXPECT_EQ(catalogue_entry("datasets/simplescaling/s1K").repository, "simplescaling/s1K");
  for (const char* bad : {"doly", "a/b/c", "/a", "a/", "../a b", "datasets/a/b/c", ""})
    EXPECT_THROW(catalogue_entry(bad), UsageError) << bad;
}

class Tar {
 public:
  explicit Tar(const fs::path& file) : out_(archive_write_new()) {
    archive_write_set_format_pax_restricted(out_);
    archive_write_add_filter_gzip(out_);
    archive_write_open_filename(out_, file.c_str());
  }
  ~Tar() { archive_write_free(out_); }
  Tar& add(const std::string& name, const std::string& content, mode_t type = AE_IFREG) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, content.c_str());
    archive_entry_set_size(entry, type == AE_IFREG ? static_cast<int64_t>(content.size()) : 0);
    archive_write_header(out_, entry);
    if (type == AE_IFREG) archive_write_data(out_, content.data(), content.size());
    archive_entry_free(entry);
    return *this;
  }

 private:
  archive* out_;
};

TEST(Unpack, WantedFilesWithoutTheTopFolder) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "a.tar.gz", out = folder.path() / "out";
  Tar(file)
      .add("repo-1/", "", AE_IFDIR)
      .add("repo-1/tasks/task1.json", "{}")
      .add("repo-1/src/code.py", "no")
      .add("repo-1/tasks/link.json", "/etc/passwd", AE_IFLNK)
      .add("repo-1/LICENSE", "text");
  const Unpacked done = unpack(file, out, {"tasks/", "LICENSE"}, {});
  EXPECT_EQ(done.files, 2);
  EXPECT_EQ(done.bytes, 6);
  EXPECT_EQ(read_text_file(out / "tasks/task1.json"), "{}");
  EXPECT_FALSE(fs::exists(out / "src"));
  EXPECT_FALSE(fs::exists(fs::symlink_status(out / "tasks/link.json")));
  EXPECT_EQ(count_files(out).bytes, 6);
}

TEST(Unpack, MembersThatLeadOutAreRefusedAndNothingIsLeft) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "a.tar.gz", out = folder.path() / "in/out";
  for (const char* bad : {"repo/tasks/../../../evil", "repo//tasks/evil", "repo/tasks//evil"}) {
    Tar(file).add("repo/tasks/good", "x").add(bad, "x");
    EXPECT_THROW(unpack(file, out, {"tasks/", "/tasks"}, {}), Error) << bad;
    EXPECT_FALSE(fs::exists(out));
    EXPECT_FALSE(fs::exists(folder.path() / "evil"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path() / "in"));
}

TEST(Unpack, DamageAndAStrangersFileAreErrors) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "a.tar.gz", out = folder.path() / "out";
  EXPECT_THROW(unpack(folder.write("b.tar.gz", "<html>"), out, {"tasks/"}, {}), Error);
  Tar(file).add("repo/other", "x");
  EXPECT_THROW(unpack(file, out, {"tasks/"}, {}), Error);
  std::string noise(100'000, ' ');
  Rng rng(1, "noise");
  for (char& c : noise) c = static_cast<char>(rng.below(256));
  Tar(file).add("repo/tasks/a", noise);
  fs::resize_file(file, fs::file_size(file) / 2);
  EXPECT_THROW(unpack(file, out, {"tasks/"}, {}), Error);
  EXPECT_FALSE(fs::exists(out));
}

TEST(Fuzz, HubListing) {
  fuzz("hub listing", 300, [](Rng& rng) {
    const std::string text = damaged(kListing, rng);
    accepted([&] {
      for (const RemoteFile& f : parse_hub_listing(text, "list")) {
        EXPECT_GE(f.size, 0);
        EXPECT_TRUE(fs::path(f.path).is_relative());
        for (const fs::path& component : fs::path(f.path)) EXPECT_NE(component, "..");
      }
    });
  });
}

TEST(Fuzz, Archive) {
  const ScratchFolder folder;
  const fs::path whole = folder.path() / "whole.tar.gz";
  Tar(whole).add("repo/tasks/a.json", "{\"a\": 1}").add("repo/splits/b.txt", "b").add("repo/LICENSE", "text");
  const std::string bytes = read_text_file(whole);
  fuzz("archive", 100, [&](Rng& rng) {
    const fs::path file = folder.write("x/y/damaged.tar.gz", damaged(bytes, rng));
    accepted([&] { unpack(file, folder.path() / "x/y/out", {"tasks/", "splits/", "LICENSE"}, {}); });
    fs::remove_all(folder.path() / "x/y/out");
    fs::remove(file);
    EXPECT_TRUE(fs::is_empty(folder.path() / "x/y"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "x"), fs::directory_iterator()), 1);
  });
}

}  // namespace
}  // namespace rnb
