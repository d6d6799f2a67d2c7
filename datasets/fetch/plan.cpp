// What is to be fetched: the catalogue's names, the server's sizes and checksums, the disk's state.

#include <algorithm>
#include <optional>

#include "base/json_file.h"
#include "base/progress.h"
#include "datasets/fetch/download.h"
#include "datasets/fetch/fetch.h"
#include "datasets/fetch/fetch_http.h"
#include "datasets/fetch/hub.h"
#include "datasets/fetch/part_file.h"
#include "datasets/fetch/unpack.h"
#include "datasets/fetch/url.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

bool on_hub(const CatalogueEntry& e) {
  return e.host == FetchHost::HubDataSet || e.host == FetchHost::HubModel;
}

HubRepository repository_of(const CatalogueEntry& e, const FetchOptions& o, const std::string& revision) {
  return {o.hub, e.host == FetchHost::HubDataSet, e.repository, revision};
}

std::string github_page(const CatalogueEntry& e, const FetchOptions& o) {
  return o.github + "/" + url_encode(e.repository, Slash::Keep);
}

// The archive's own name carries its revision: another one is another file.
fs::path archive_name(const CatalogueEntry& e, const std::string& revision) {
  std::string name = e.repository.substr(e.repository.find('/') + 1) + "-" + revision + ".tar.gz";
  std::replace(name.begin(), name.end(), '/', '-');
  return safe_path(name, e.name);
}

FetchPlan skeleton(const CatalogueEntry& e, const FetchOptions& o) {
  FetchPlan plan;
  plan.folder = o.out.empty() ? fs::path(e.folder) : o.out;
  plan.revision = o.revision.empty() ? e.revision : o.revision;
  plan.source = on_hub(e) ? hub_page(repository_of(e, o, plan.revision)) : github_page(e, o);
  if (e.host == FetchHost::GithubArchive) {
    plan.unpacked = plan.folder / e.repository.substr(e.repository.find('/') + 1);
    plan.unpacked_bytes = e.unpacked_bytes;
    PlannedFile file;
    file.url = fmt::format("{}/archive/{}.tar.gz", plan.source, url_encode(plan.revision, Slash::Keep));
    file.file = archive_name(e, plan.revision);
    plan.files.push_back(file);
  }
  for (const CatalogueFile& f : e.files) {
    PlannedFile file;
    file.optional = f.optional;
    file.file =
        e.host == FetchHost::GithubFile ? safe_path(f.path, e.name).filename() : safe_path(f.path, e.name);
    file.url = on_hub(e) ? hub_file_url(repository_of(e, o, plan.revision), f.path)
                         : fmt::format("{}/raw/{}/{}", plan.source, url_encode(plan.revision, Slash::Keep),
                                       url_encode(f.path, Slash::Keep));
    if (!f.sha256.empty() && plan.revision == e.revision) {  // of another revision nothing is known
      file.checksum = {ChecksumKind::Sha256, f.sha256};
      file.pinned = true;
    }
    plan.files.push_back(std::move(file));
  }
  return plan;
}

// Whether the folder is what the notes say was unpacked from this revision.
bool unpacked_before(const FetchPlan& plan) {
  try {
    const auto notes = read_json_file(plan.folder / ".fetched.json");
    const std::string where = (plan.folder / ".fetched.json").string();
    if (json_field<std::string>(notes, "revision", where) != plan.revision) return false;
    const auto& unpacked = notes.at("unpacked");
    const Unpacked now = count_files(*plan.unpacked);
    return now.files > 0 && json_field<int64_t>(unpacked, "files", where) == now.files &&
           json_field<int64_t>(unpacked, "bytes", where) == now.bytes;
  } catch (const std::exception&) {
    return false;
  }
}

void look_at_disk(FetchPlan& plan) {
  plan.unpacked_there = plan.unpacked && unpacked_before(plan);
  for (PlannedFile& f : plan.files) {
    const fs::path file = plan.folder / f.file;
    f.there =
        plan.unpacked_there || (!f.missing && already_there({f.url, file, f.size, f.checksum, f.pinned, ""}));
    f.have = f.there ? std::max<int64_t>(0, f.size) : part_size(file);
  }
}

void ask_for_list(HttpClient& client, const CatalogueEntry& e, const FetchOptions& o, FetchPlan& plan) {
  HubRepository repository = repository_of(e, o, plan.revision);
  if (const std::string commit = hub_commit(client, repository, o.retry); !commit.empty())
    plan.revision = repository.revision = commit;
  const auto& patterns = o.patterns.empty() ? e.patterns : o.patterns;
  for (const RemoteFile& f : list_hub_files(client, repository, patterns, o.retry)) {
    PlannedFile file;
    file.url = hub_file_url(repository, f.path);
    file.file = safe_path(f.path, e.repository);
    file.size = f.size;
    file.checksum = f.checksum;
    plan.files.push_back(std::move(file));
  }
  if (plan.files.empty())
    fail("fetch", "{}: no file matches {}; --include PATTERN names others", plan.source,
         fmt::join(patterns, ", "));
}

void ask_for_files(HttpClient& client, const CatalogueEntry& e, const FetchOptions& o, FetchPlan& plan) {
  Progress progress("asking for sizes", static_cast<int64_t>(plan.files.size()));
  std::string commit;
  for (size_t i = 0; i < plan.files.size(); ++i) {
    PlannedFile& f = plan.files[i];
    progress.update(static_cast<int64_t>(i));
    try {
      const RemoteFile said = ask(client, f.url, o.retry);
      f.size = said.size;
      if (!f.pinned) f.checksum = said.checksum;
      if (commit.empty()) commit = said.commit;
    } catch (const MissingFileError&) {
      if (!f.optional) throw;
      f.missing = true;
    }
  }
  if (commit.empty()) return;
  // Every file from the same commit, whatever happens to the branch meanwhile.
  plan.revision = commit;
  for (PlannedFile& f : plan.files) f.url = hub_file_url(repository_of(e, o, commit), f.file.string());
}

}  // namespace

HttpOptions fetch_http_options(const FetchOptions& o) {
  HttpOptions http;
  http.token = o.token;
  http.home = url_origin(o.hub);
  http.stall_seconds = o.stall_seconds;
  http.user_agent = o.user_agent;
  http.stop = o.stop;
  return http;
}

int64_t FetchPlan::missing_bytes() const {
  int64_t sum = 0;
  for (const PlannedFile& f : files)
    if (!f.there && !f.missing && f.size > 0) sum += std::max<int64_t>(0, f.size - f.have);
  return sum;
}

int64_t FetchPlan::needed_bytes() const {
  return missing_bytes() + (unpacked && !unpacked_there ? unpacked_bytes : 0);
}

FetchPlan plan_unasked(const CatalogueEntry& e, const FetchOptions& o) {
  FetchPlan plan = skeleton(e, o);
  for (size_t i = 0; i < e.files.size() && i < plan.files.size(); ++i)
    if (e.files[i].bytes > 0) plan.files[i].size = e.files[i].bytes;
  for (PlannedFile& f : plan.files) f.have = part_size(plan.folder / f.file);
  return plan;
}

FetchPlan plan_fetch(const CatalogueEntry& e, const FetchOptions& o) {
  FetchPlan plan = skeleton(e, o);
  HttpClient client(fetch_http_options(o));
  if (!o.patterns.empty() && on_hub(e)) plan.files.clear();
  if (!o.patterns.empty() && !on_hub(e))
    fail_usage("fetch", "--include: {} has no list to choose from; it is for repositories of the Hub",
               e.name);
  if (plan.unpacked && unpacked_before(plan)) {  // nothing to ask
  } else if (plan.files.empty()) {
    ask_for_list(client, e, o, plan);
  } else {
    ask_for_files(client, e, o, plan);
  }
  look_at_disk(plan);
  return plan;
}

void check_room(const FetchPlan& plan, const FetchOptions& o) {
  fs::path there = fs::absolute(plan.folder);
  std::error_code code;
  while (!fs::exists(there, code) && there.has_relative_path()) there = there.parent_path();
  const int64_t free = o.free_bytes ? o.free_bytes(there) : static_cast<int64_t>(fs::space(there).available);
  if (plan.needed_bytes() <= free) return;
  fail("fetch", "{}: {} are free, {} are needed ({} to download{}); --out names another folder",
       there.string(), format_bytes(static_cast<double>(free)),
       format_bytes(static_cast<double>(plan.needed_bytes())),
       format_bytes(static_cast<double>(plan.missing_bytes())), plan.unpacked ? ", the rest unpacked" : "");
}

}  // namespace rnb
