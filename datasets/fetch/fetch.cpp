#include "datasets/fetch/fetch.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "datasets/fetch/download.h"
#include "datasets/fetch/fetch_http.h"
#include "datasets/fetch/unpack.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

using Outcome = FetchedFile::Outcome;

void write_notes(const CatalogueEntry& entry, const FetchPlan& plan, const FetchReport& report,
                 const std::optional<Unpacked>& unpacked) {
  auto files = nlohmann::json::array();
  for (const FetchedFile& f : report.files)
    if (f.outcome == Outcome::Fetched || f.outcome == Outcome::There)
      files.push_back({{"path", f.file.string()},
                       {"bytes", f.bytes},
                       {"checked_with", checksum_name(f.checked.kind)},
                       {"checksum", f.checked.hex}});
  nlohmann::json notes{{"name", entry.name},
                       {"source", plan.source},
                       {"revision", plan.revision},
                       {"licence", entry.licence},
                       {"files", files}};
  if (unpacked) notes["unpacked"] = {{"files", unpacked->files}, {"bytes", unpacked->bytes}};
  write_file_atomic(plan.folder / ".fetched.json",
                    notes.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

FetchedFile fetch_one(HttpClient& client, const FetchPlan& plan, const PlannedFile& f, const FetchOptions& o,
                      std::string label) {
  FetchedFile out;
  out.file = f.file;
  if (f.missing) {
    out.outcome = Outcome::Missing;
    return out;
  }
  if (f.there) {
    out.outcome = Outcome::There;
    out.bytes = static_cast<int64_t>(fs::file_size(plan.folder / f.file));
    out.checked = f.checksum;
    return out;
  }
  try {
    const Downloaded got = download(
        client, {f.url, plan.folder / f.file, f.size, f.checksum, f.pinned, std::move(label)}, o.retry);
    out.outcome = got.was_there ? Outcome::There : Outcome::Fetched;
    out.bytes = got.bytes;
    out.checked = got.checked;
  } catch (const UnreachableError&) {
    throw;
  } catch (const BusyError&) {
    throw;
  } catch (const MismatchError& e) {
    out.outcome = Outcome::Mismatched;
    out.error = e.what();
  } catch (const Error& e) {
    out.outcome =
        f.optional && dynamic_cast<const MissingFileError*>(&e) ? Outcome::Missing : Outcome::Failed;
    out.error = e.what();
  }
  return out;
}

}  // namespace

bool FetchReport::complete() const {
  return count(Outcome::Failed) == 0 && count(Outcome::Mismatched) == 0;
}

int FetchReport::count(Outcome outcome) const {
  return static_cast<int>(
      std::count_if(files.begin(), files.end(), [&](const auto& f) { return f.outcome == outcome; }));
}

FetchReport run_fetch(const CatalogueEntry& entry, const FetchPlan& plan, const FetchOptions& o,
                      const std::function<void(const FetchedFile&)>& done) {
  FetchReport report;
  if (plan.unpacked_there) {
    for (const PlannedFile& f : plan.files) {
      report.files.push_back({f.file, 0, Outcome::There, {}, ""});
      done(report.files.back());
    }
    return report;
  }
  HttpClient client(fetch_http_options(o));
  bool reachable = true;
  for (size_t i = 0; i < plan.files.size(); ++i) {
    const PlannedFile& f = plan.files[i];
    const std::string number = plan.files.size() > 1 ? fmt::format("{}/{} ", i + 1, plan.files.size()) : "";
    FetchedFile one{f.file, 0, Outcome::Failed, {}, f.file.string() + ": not tried"};
    try {
      if (reachable || f.there || f.missing)
        one = fetch_one(client, plan, f, o, number + f.file.filename().string());
    } catch (const UnreachableError& e) {
      one.error = e.what();
      reachable = false;
    }
    report.files.push_back(one);
    done(report.files.back());
  }
  std::optional<Unpacked> unpacked;
  if (plan.unpacked && report.complete()) {
    const fs::path archive = plan.folder / plan.files.front().file;
    o.retry.say(fmt::format("unpacking {}", archive.string()));
    unpacked = unpack(archive, *plan.unpacked, entry.unpack, o.stop);
    if (!o.keep_archive) fs::remove(archive);
  }
  if (report.count(Outcome::Fetched) + report.count(Outcome::There) > 0)
    write_notes(entry, plan, report, unpacked);
  return report;
}

}  // namespace rnb
