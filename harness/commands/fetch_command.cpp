// `rnb fetch`: original data sets and models from their servers.

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/environment.h"
#include "base/error.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/shell_word.h"
#include "base/stop_signal.h"
#include "base/version.h"
#include "datasets/fetch/fetch.h"
#include "datasets/fetch/url.h"
#include "harness/commands/command.h"

namespace rnb {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using Outcome = FetchedFile::Outcome;

po::options_description described() {
  po::options_description options("Options of rnb fetch", 110, 60);
  auto add = options.add_options();
  add("out", po::value<std::string>(), "folder; default: data/NAME");
  add("dry-run", "print what would be fetched, with sizes");
  add("revision", po::value<std::string>(), "commit, branch or tag in the place of the catalogue's");
  add("include", po::value<std::vector<std::string>>()->composing(),
      "shell pattern of the files to take from a repository of the Hub (repeatable)");
  add("keep-archive", "do not remove an archive that has been unpacked");
  add("retries", po::value<int>()->default_value(5), "tries after a failure, in a row without a new byte");
  add("wait", po::value<double>()->default_value(1), "seconds before the first of them; doubles each time");
  add("stall", po::value<double>()->default_value(60),
      "seconds without a byte after which a connection is given up");
  add("json", "for a machine");
  return options;
}

std::string size_text(int64_t bytes, const char* unknown = "?") {
  return bytes > 0 ? format_bytes(static_cast<double>(bytes)) : unknown;
}

// A folder's name may be no UTF-8.
std::string text_of(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace);
}

const char* kind_name(FetchKind kind) {
  return kind == FetchKind::DataSet ? "data set" : "model";
}

void print_catalogue(bool as_json) {
  if (as_json) {
    auto list = json::array();
    for (const CatalogueEntry& e : catalogue())
      list.push_back({{"name", e.name},
                      {"kind", kind_name(e.kind)},
                      {"summary", e.summary},
                      {"licence", e.licence},
                      {"about_bytes", e.bytes},
                      {"repository", e.repository},
                      {"revision", e.revision},
                      {"folder", e.folder}});
    fmt::print("{}\n", list.dump(2));
    return;
  }
  for (const CatalogueEntry& e : catalogue())
    fmt::print("{:22} {:9} {:>9}  {}\n{:44} licence: {}\n", e.name, kind_name(e.kind),
               size_text(std::max(e.bytes, e.unpacked_bytes)), e.summary, "", e.licence);
  fmt::print(
      "\nrnb fetch NAME [--out FOLDER]. Also OWNER/NAME (a model of the Hub) and datasets/OWNER/NAME.\n");
}

std::string endpoint(Variable variable, const std::string& usual) {
  std::string url = environment(variable).value_or(usual);
  while (url.ends_with('/')) url.pop_back();
  try {
    url_origin(url);
  } catch (const Error&) {
    fail_usage("fetch", "{}: expected http(s)://HOST, the address of a mirror", name_of(variable));
  }
  return url;
}

std::string token_from_environment() {
  std::string token = environment(Variable::HubToken).value_or("");
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
  if (std::any_of(token.begin(), token.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
    fail_usage("fetch", "{} holds spaces or characters that no token has", name_of(Variable::HubToken));
  return token;
}

FetchOptions options_of(const CommandInput& input) {
  FetchOptions o;
  o.out = input.text("out");
  o.revision = input.text("revision");
  o.patterns = input.texts("include");
  o.keep_archive = input.has("keep-archive");
  o.retry.retries = input.get<int>("retries");
  o.retry.first_wait = input.get<double>("wait");
  o.stall_seconds = input.get<double>("stall");
  if (o.retry.retries < 0) fail_usage("fetch", "--retries {}: expected 0 or more", o.retry.retries);
  if (!(o.retry.first_wait >= 0 && o.retry.first_wait <= 3600))
    fail_usage("fetch", "--wait {}: expected 0 to 3600 seconds", o.retry.first_wait);
  if (!(o.stall_seconds >= 1 && o.stall_seconds <= 86400))
    fail_usage("fetch", "--stall {}: expected 1 to 86400 seconds", o.stall_seconds);
  o.hub = endpoint(Variable::HubEndpoint, o.hub);
  o.github = endpoint(Variable::GitHubEndpoint, o.github);
  o.token = token_from_environment();
  o.user_agent = "rnb/" + version();
  o.retry.say = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  o.stop = [] { return stop_signal() != 0; };
  return o;
}

const char* state_of(const PlannedFile& f) {
  return f.missing ? "absent" : f.there ? "there" : f.have > 0 ? "begun" : "to fetch";
}

std::string check_of(const PlannedFile& f) {
  if (!f.checksum.known()) return "not checked";
  return std::string(checksum_name(f.checksum.kind)) + (f.pinned ? " (catalogue)" : " (server)");
}

void print_plan(const CatalogueEntry& entry, const FetchPlan& plan, bool as_json) {
  if (as_json) {
    auto files = json::array();
    for (const PlannedFile& f : plan.files)
      files.push_back({{"path", f.file.string()},
                       {"url", f.url},
                       {"bytes", f.size >= 0 ? json(f.size) : json()},
                       {"have", f.have},
                       {"state", state_of(f)},
                       {"check", check_of(f)}});
    fmt::print("{}\n", text_of({{"name", entry.name},
                                {"folder", plan.folder.string()},
                                {"source", plan.source},
                                {"revision", plan.revision},
                                {"licence", entry.licence},
                                {"files", files},
                                {"bytes_to_download", plan.missing_bytes()},
                                {"bytes_needed", plan.needed_bytes()}}));
    return;
  }
  fmt::print("{}: {}\nlicence: {}\nfrom {} at {}\nto {}\n\n", entry.name, entry.summary, entry.licence,
             plan.source, plan.revision, plan.folder.string());
  for (const PlannedFile& f : plan.files)
    fmt::print("  {:8} {:>10}  {:20} {}\n", state_of(f), size_text(f.size), check_of(f), f.file.string());
  fmt::print("\n{} to download{}\n", size_text(plan.missing_bytes(), "nothing of a known size"),
             plan.unpacked && !plan.unpacked_there
                 ? fmt::format(", about {} unpacked", size_text(plan.unpacked_bytes))
                 : std::string());
}

const char* outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Fetched:
      return "fetched";
    case Outcome::There:
      return "there";
    case Outcome::Missing:
      return "absent";
    case Outcome::Failed:
      return "failed";
    default:
      return "mismatch";
  }
}

void tell(const FetchedFile& f) {
  if (!f.error.empty() && f.outcome != Outcome::Missing) return fmt::print(stderr, "{}\n", f.error);
  const std::string check = f.outcome == Outcome::Missing ? "the repository has none"
                            : f.checked.known() ? fmt::format("{} checked", checksum_name(f.checked.kind))
                                                : "not checked";
  fmt::print(stderr, "{}: {}, {}{}\n", f.file.string(), outcome_name(f.outcome),
             f.bytes > 0 ? format_bytes(static_cast<double>(f.bytes)) + ", " : "", check);
}

json report_as_json(const CatalogueEntry& entry, const FetchPlan& plan, const FetchReport& report) {
  auto files = json::array();
  for (const FetchedFile& f : report.files)
    files.push_back({{"path", f.file.string()},
                     {"bytes", f.bytes},
                     {"outcome", outcome_name(f.outcome)},
                     {"checked_with", checksum_name(f.checked.kind)},
                     {"checksum", f.checked.hex},
                     {"error", f.error}});
  return {{"name", entry.name},           {"folder", plan.folder.string()}, {"source", plan.source},
          {"revision", plan.revision},    {"licence", entry.licence},       {"files", files},
          {"complete", report.complete()}};
}

int exit_code(const FetchReport& report) {
  if (report.complete()) return 0;
  if (report.count(Outcome::Mismatched) > 0) return kExitMismatch;
  return report.count(Outcome::Fetched) + report.count(Outcome::There) > 0 ? kExitPartial : kExitFailed;
}

int dry_run(const CatalogueEntry& entry, const FetchOptions& options, bool as_json) {
  FetchPlan plan;
  try {
    plan = plan_fetch(entry, options);
  } catch (const UnreachableError& e) {
    fmt::print(stderr, "{}\nthe server could not be asked; sizes are the catalogue's, about\n", e.what());
    plan = plan_unasked(entry, options);
  }
  print_plan(entry, plan, as_json);
  return 0;
}

int download(const CatalogueEntry& entry, const FetchOptions& options, bool as_json) {
  const FetchPlan plan = plan_fetch(entry, options);
  check_room(plan, options);
  fmt::print(stderr, "{}: {}, licence {}\n", entry.name, entry.summary, entry.licence);
  const FetchReport report = run_fetch(entry, plan, options, tell);
  if (as_json)
    fmt::print("{}\n", text_of(report_as_json(entry, plan, report)));
  else if (report.complete())
    fmt::print("folder={}\n", plan.folder.string());
  if (report.complete() && !entry.next.empty())
    fmt::print(stderr, "next: {}\n", fmt::format(fmt::runtime(entry.next), shell_word(plan.folder.string())));
  if (!report.complete())
    fmt::print(stderr, "{} of {} files are not there; the same command tries again\n",
               report.count(Outcome::Failed) + report.count(Outcome::Mismatched), report.files.size());
  return exit_code(report);
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const CatalogueEntry& entry : catalogue()) out.push_back(entry.name);
  return out;
}

int fetch(const CommandInput& input) {
  const bool as_json = input.has("json");
  if (input.words.empty()) {
    print_catalogue(as_json);
    return 0;
  }
  if (input.words.size() > 1) fail_usage("fetch", "{} names; expected one", input.words.size());
  const CatalogueEntry entry = catalogue_entry(input.words[0]);
  const FetchOptions options = options_of(input);
  watch_stop_signals();
  try {
    return input.has("dry-run") ? dry_run(entry, options, as_json) : download(entry, options, as_json);
  } catch (const FetchStopped& stopped) {
    fmt::print(stderr, "{}\n", stopped.what());
    throw Stopped(stop_signal());
  }
}

}  // namespace

RNB_REGISTER(Command, .name = "fetch", .section = Section::Data, .usage = "[NAME]",
             .summary = "download an original data set or model",
             .details =
                 "Without a name: what there is. HF_TOKEN, HF_ENDPOINT, https_proxy and no_proxy are "
                 "taken from the environment.",
             .options = described, .words = names, .run = fetch);

}  // namespace rnb
