// `rnb fetch` against a Hub and a GitHub of a page each.

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_file.h"
#include "base/sha256.h"
#include "base/stop_signal.h"
#include "datasets/fetch/fetch.h"
#include "harness/commands/cli.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/fetch/loopback_server.h"

namespace rnb {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::LoopbackServer;
using test::Reply;
using test::Request;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

// Files by the path after /resolve/REVISION/; the rest of what the Hub says.
struct Hub {
  std::map<std::string, std::string> files = {};
  std::string listing = {};
  std::function<void(const Request&, Reply&)> spoil = {};  // has the last word

  Reply operator()(const Request& r) {
    Reply reply = plain(r);
    if (spoil) spoil(r, reply);
    return reply;
  }
  Reply plain(const Request& r) {
    if (r.path.starts_with("/api/")) {
      if (r.path.find("/revision/") != std::string::npos) return {.body = "{\"sha\": \"" + kCommit + "\"}"};
      return {.body = listing};
    }
    const size_t at = r.path.find("/resolve/");
    if (at == std::string::npos) return {.status = 404};
    const auto it = files.find(r.path.substr(r.path.find('/', at + 9) + 1));
    if (it == files.end()) return {.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}};
    Reply reply = test::serve_file(r, it->second, "\"" + sha256_hex(it->second) + "\"");
    reply.headers.emplace_back("X-Repo-Commit", kCommit);
    return reply;
  }
};

std::string listed(const std::string& path, const std::string& content) {
  return json{{"type", "file"},
              {"path", path},
              {"size", content.size()},
              {"oid", "x"},
              {"lfs", {{"oid", sha256_hex(content)}}}}
      .dump();
}

struct Output {
  int code = 0;
  std::string out, err;
};

class FetchCommand : public ::testing::Test {
 protected:
  FetchCommand() {
    ::setenv("no_proxy", "127.0.0.1", 1);
    ::unsetenv("HF_TOKEN");
  }
  ~FetchCommand() override {
    for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "RNB_GITHUB_ENDPOINT"}) ::unsetenv(name);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
  Output run(const LoopbackServer& server, std::vector<std::string> args) {
    ::setenv("HF_ENDPOINT", (server.url() + "/").c_str(), 1);
    ::setenv("RNB_GITHUB_ENDPOINT", server.url().c_str(), 1);
    for (const char* word : {"--wait", "0.01", "--retries", "1", "--stall", "1"}) args.emplace_back(word);
    return run(args);
  }
  static Output run(const std::vector<std::string>& args) {
    Output o;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
      o.code = call_command("fetch", args);
    } catch (const Error& e) {
      o.code = -1;
      o.err = e.what();
    } catch (const Stopped& e) {
      o.code = 128 + e.signal;
      o.err = e.what();
    }
    o.out = ::testing::internal::GetCapturedStdout();
    o.err += ::testing::internal::GetCapturedStderr();
    return o;
  }
  ScratchFolder folder_;
  std::string out_ = (folder_.path() / "out").string();
};

const std::map<std::string, std::string> kGptNeo{
    {"config.json", "{}"},           {"model.safetensors", std::string(20'000, 'w')},
    {"vocab.json", "{\"a\": 1}"},    {"merges.txt", "a b"},
    {"tokenizer_config.json", "{}"}, {"special_tokens_map.json", "{}"}};

TEST_F(FetchCommand, WithoutANameTheCatalogueWithLicences) {
  const Output text = run({});
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("dolly"), HasSubstr("licence: CC BY-SA 3.0"), HasSubstr("clip-bpe")));
  const auto list = json::parse(run({"--json"}).out);
  EXPECT_GE(list.size(), 12U);
  for (const auto& e : list) EXPECT_FALSE(e.at("licence").get<std::string>().empty());
}

TEST_F(FetchCommand, AModelsFilesArriveFromOneCommitAndWhatIsOptionalMayBeAbsent) {
  LoopbackServer server(Hub{kGptNeo, "", {}});
  const Output o = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_, "--json"});
  ASSERT_EQ(o.code, 0) << o.err;
  for (const auto& [name, content] : kGptNeo) EXPECT_EQ(read_text_file(fs::path(out_) / name), content);
  EXPECT_FALSE(fs::exists(fs::path(out_) / "tokenizer.json"));
  const auto report = json::parse(o.out);
  EXPECT_EQ(report.at("complete"), true);
  EXPECT_EQ(report.at("revision"), kCommit);
  EXPECT_EQ(report.at("files").at(1).at("checked_with"), "SHA-256");
  EXPECT_EQ(report.at("files").at(1).at("checksum"), sha256_hex(kGptNeo.at("model.safetensors")));
  for (const Request& r : server.requests())
    EXPECT_THAT(r.path, HasSubstr(r.method == "HEAD" ? "/resolve/main/" : "/resolve/" + kCommit + "/"));
  const auto notes = read_json_file(fs::path(out_) / ".fetched.json");
  EXPECT_EQ(notes.at("revision"), kCommit);
  EXPECT_EQ(notes.at("licence"), "MIT");

  const size_t before = server.requests().size();
  const Output again = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_});
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.out, "folder=" + out_ + "\n");
  EXPECT_THAT(again.err, HasSubstr("model.safetensors: there"));
  const auto all = server.requests();
  EXPECT_TRUE(std::all_of(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                          [](const Request& r) { return r.method == "HEAD"; }));
}

TEST_F(FetchCommand, ADryRunPrintsSizesAndWritesNothing) {
  LoopbackServer server(Hub{kGptNeo, "", {}});
  const Output o = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_, "--dry-run"});
  EXPECT_EQ(o.code, 0);
  EXPECT_THAT(o.out, AllOf(HasSubstr("licence: MIT"), HasSubstr("to fetch   19.5 KiB  SHA-256 (server)"),
                           HasSubstr("absent"), HasSubstr("\n19.5 KiB to download")));
  EXPECT_FALSE(fs::exists(out_));
  const auto plan = json::parse(
      run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_, "--dry-run", "--json"}).out);
  EXPECT_EQ(plan.at("bytes_to_download"), 20'000 + 2 + 8 + 3 + 2 + 2);
}

TEST_F(FetchCommand, ADryRunWithoutAServerTakesTheCataloguesSizes) {
  std::string gone;
  {
    LoopbackServer server(Hub{});
    gone = server.url();
  }
  ::setenv("HF_ENDPOINT", gone.c_str(), 1);
  const Output o = run({"dolly", "--dry-run", "--retries", "0"});
  EXPECT_EQ(o.code, 0);
  EXPECT_THAT(o.out, HasSubstr("12.5 MiB"));
  EXPECT_THAT(o.err, HasSubstr("could not be asked"));
}

TEST_F(FetchCommand, ADifferentFileThanTheCataloguesIsAMismatch) {
  LoopbackServer server(Hub{{{"databricks-dolly-15k.jsonl", "{}\n"}}, "", {}});
  const Output o = run(server, {"dolly", "--out", out_});
  EXPECT_EQ(o.code, 4);
  EXPECT_THAT(o.err,
              HasSubstr("2df9083338b4abd6bceb5635764dab5d833b393b55759dffb0959b6fcbf794ec (catalogue)"));
  EXPECT_TRUE(fs::is_empty(out_));
}

TEST_F(FetchCommand, APartThatFailsIsPartial) {
  LoopbackServer server(Hub{kGptNeo, "", [](const Request& r, Reply& reply) {
                              if (r.method == "GET" && r.path.ends_with("vocab.json"))
                                reply = {.status = 403};
                            }});
  const Output o = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_});
  EXPECT_EQ(o.code, 3);
  EXPECT_THAT(o.err, AllOf(HasSubstr("403"), HasSubstr("1 of 8 files are not there")));
  EXPECT_TRUE(fs::exists(fs::path(out_) / "merges.txt"));
}

TEST_F(FetchCommand, AServerThatIsGoneInTheMiddleIsPartialAndTheRestIsNotTried) {
  LoopbackServer server(Hub{kGptNeo, "", [](const Request& r, Reply& reply) {
                              if (r.method == "GET" && !r.path.ends_with("config.json"))
                                reply = {.status = 503};
                            }});
  const Output o = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_});
  EXPECT_EQ(o.code, 3);
  EXPECT_THAT(o.err, AllOf(HasSubstr("503 (2 tries)"), HasSubstr("merges.txt: not tried")));
}

TEST_F(FetchCommand, AnyRepositoryOfTheHubByItsPatterns) {
  Hub hub{{{"a.parquet", "aaaa"}, {"below/b.parquet", "bb"}, {"c.npz", "cc"}}, "", {}};
  hub.listing = "[" + listed("a.parquet", "aaaa") + "," + listed("below/b.parquet", "bb") + "," +
                listed("c.npz", "cc") + "," + listed("README.md", "x") + "]";
  LoopbackServer server(hub);
  ::setenv("HF_TOKEN", "hf_secret\n", 1);
  const Output o = run(server, {"datasets/owner/name", "--out", out_});
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(read_text_file(fs::path(out_) / "below/b.parquet"), "bb");
  EXPECT_FALSE(fs::exists(fs::path(out_) / "c.npz"));
  EXPECT_EQ(server.requests().front().path, "/api/datasets/owner/name/revision/main");
  EXPECT_EQ(server.requests().back().path, "/datasets/owner/name/resolve/" + kCommit + "/below/b.parquet");
  for (const Request& r : server.requests()) EXPECT_EQ(r.header("authorization"), "Bearer hf_secret");
  EXPECT_THAT(o.out + o.err, Not(HasSubstr("hf_secret")));
  EXPECT_EQ(run(server, {"datacomp_small", "--include", "*.npz", "--out", out_}).code, 0);
  EXPECT_EQ(read_text_file(fs::path(out_) / "c.npz"), "cc");
}

TEST_F(FetchCommand, AListingCannotLeaveTheFolder) {
  Hub hub;
  hub.listing = "[" + listed("../evil.parquet", "x") + "]";
  LoopbackServer server(hub);
  const Output o = run(server, {"datasets/owner/name", "--out", out_});
  EXPECT_EQ(o.code, -1);
  EXPECT_THAT(o.err, HasSubstr("leads out of the folder"));
  EXPECT_FALSE(fs::exists(folder_.path() / "evil.parquet"));
}

std::string archive_of_repository() {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "a";
  archive* const out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_add_filter_gzip(out);
  archive_write_open_filename(out, file.c_str());
  for (const char* name : {"tasks/task001_a.json", "splits/default/train_tasks.txt", "src/no.py"}) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, ("natural-instructions-1/" + std::string(name)).c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, 4);
    archive_write_header(out, entry);
    archive_write_data(out, "text", 4);
    archive_entry_free(entry);
  }
  archive_write_free(out);
  return read_text_file(file);
}

TEST_F(FetchCommand, AnArchiveIsUnpackedOnce) {
  const std::string content = archive_of_repository();
  const LoopbackServer storage([&](const Request&) { return Reply{.body = content, .declared = -2}; });
  LoopbackServer server([&](const Request& r) {
    if (!r.path.starts_with("/allenai/natural-instructions/archive/6174af6")) return Reply{.status = 404};
    return Reply{.status = 302, .headers = {{"Location", storage.url("/x.tar.gz")}}};
  });
  const Output o = run(server, {"sni", "--out", out_});
  ASSERT_EQ(o.code, 0) << o.err;
  const fs::path repository = fs::path(out_) / "natural-instructions";
  EXPECT_EQ(read_text_file(repository / "tasks/task001_a.json"), "text");
  EXPECT_TRUE(fs::exists(repository / "splits/default/train_tasks.txt"));
  EXPECT_FALSE(fs::exists(repository / "src"));
  EXPECT_EQ(std::distance(fs::directory_iterator(out_), fs::directory_iterator()), 2);  // and the notes
  const size_t before = storage.requests().size();
  EXPECT_EQ(run(server, {"sni", "--out", out_}).code, 0);
  EXPECT_EQ(storage.requests().size(), before);
  fs::remove(repository / "tasks/task001_a.json");  // damaged: once more
  EXPECT_EQ(run(server, {"sni", "--out", out_}).code, 0);
  EXPECT_TRUE(fs::exists(repository / "tasks/task001_a.json"));
}

TEST_F(FetchCommand, CtrlCKeepsThePartAndTheSameCommandGoesOn) {
  bool interrupt = true;
  Hub hub{
      kGptNeo, "", [&](const Request& r, Reply& reply) {
        if (r.method != "GET" || !r.path.ends_with("model.safetensors") || !std::exchange(interrupt, false))
          return;
        reply.sent = 5000;
        reply.stall = true;
        std::raise(SIGINT);
      }};
  LoopbackServer server(hub);
  const Output o = run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_});
  EXPECT_EQ(o.code, 128 + SIGINT);
  EXPECT_THAT(o.err,
              AllOf(HasSubstr("model.safetensors.part is kept"), HasSubstr("the same command goes on")));
  EXPECT_EQ(run(server, {"gpt-neo-125m", "--revision", "main", "--out", out_}).code, 0);
  EXPECT_EQ(read_text_file(fs::path(out_) / "model.safetensors"), kGptNeo.at("model.safetensors"));
}

TEST_F(FetchCommand, AFullDiskIsSaidBeforehand) {
  LoopbackServer server(Hub{kGptNeo, "", {}});
  FetchOptions options;
  options.hub = server.url();
  options.out = out_;
  options.revision = "main";
  options.free_bytes = [](const fs::path&) { return 10'000; };
  const FetchPlan plan = plan_fetch(catalogue_entry("gpt-neo-125m"), options);
  try {
    check_room(plan, options);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("9.8 KiB are free, 19.5 KiB are needed"), HasSubstr("--out")));
  }
  options.free_bytes = [](const fs::path&) { return 30'000; };
  EXPECT_NO_THROW(check_room(plan, options));
}

TEST_F(FetchCommand, WrongUseIsAUsageError) {
  EXPECT_THROW(call_command("fetch", {"doly"}), UsageError);
  EXPECT_THROW(call_command("fetch", {"dolly", "s1"}), UsageError);
  EXPECT_THROW(call_command("fetch", {"dolly", "--stall", "0"}), UsageError);
  EXPECT_THROW(call_command("fetch", {"clip-bpe", "--include", "*"}), UsageError);
  ::setenv("HF_ENDPOINT", "huggingface.co", 1);
  EXPECT_THROW(call_command("fetch", {"dolly"}), UsageError);
  ::unsetenv("HF_ENDPOINT");
  ::setenv("HF_TOKEN", "hf_a\r\nX-Evil: 1", 1);
  EXPECT_THROW(call_command("fetch", {"dolly"}), UsageError);
}

}  // namespace
}  // namespace rnb
