#include "methods/regroup/grouping_expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/number_range.h"
#include "base/random.h"
#include "base/suggest.h"

namespace rnb {
namespace {

constexpr const char* kForms =
    "expected original, regroup:k=10, "
    "regroup:k=5..30:5[,embedder=minilm|static|encoder:FOLDER|static:FOLDER|vectors|"
    "clip:FOLDER|trained:MODEL:STEPS:BATCH|npy:FILE][,prompt=NAME][,seed=1]"
    "[,nredo=3], "
    "regroup:k=5..30:5,by=loss[,steps=100][,seeds=3][,model=nano][,context=0][,batch=16][,lr=1e-3]"
    "[,method=stratified], "
    "random:k=10[,seed=1], or a grouping's name";
constexpr int64_t kMostClusters = 10'000'000, kMostRange = 1000, kMostStarts = 10'000, kMostSeed = 0x7fffffff;

int64_t whole(const std::string& text, const std::string& all, int64_t least, int64_t most) {
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size() || n < least || n > most)
    fail_usage("grouping", "'{}' in '{}' is not a whole number from {} to {}; {}", text, all, least, most,
               kForms);
  return n;
}

// The values of k, and how a grouping's name writes them.
struct ClusterCounts {
  std::vector<int64_t> ks;
  std::string text;
};

ClusterCounts k_values(const std::string& text, const std::string& all) {
  const auto range = parse_number_range(text);
  if (!range || range->first < 1 || range->last > kMostClusters || range->count() > kMostRange)
    fail_usage(
        "grouping",
        "k={} in '{}' is no whole number from 1 to {} and no first..last[:step] of at most {} values; {}",
        text, all, kMostClusters, kMostRange, kForms);
  if (range->count() == 1 && text.find("..") == std::string::npos)
    return {{range->first}, std::to_string(range->first)};
  return {range->values(), range->step == 1
                               ? fmt::format("{}..{}", range->first, range->last)
                               : fmt::format("{}..{}_{}", range->first, range->last, range->step)};
}

// What stands after the kind in "npy:FILE", "encoder:FOLDER" and their like; empty for the others.
std::string path_of(const std::string& embedder) {
  for (const std::string_view kind : {"npy:", "encoder:", "static:", "clip:", "trained:"})
    if (embedder.starts_with(kind)) return embedder.substr(kind.size());
  return "";
}

// A file's path may be long and may not be part of a folder's name: its stem tells the reader, a hash tells
// files of one stem apart.
std::string embedder_name(const std::string& embedder, const std::string& prompt) {
  std::string path = path_of(embedder);
  if (path.empty()) return embedder;
  const std::string kind = embedder.substr(0, embedder.find(':'));
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::string stem = path.substr(path.find_last_of('/') + 1);
  if (stem.ends_with(".npy")) stem.resize(stem.size() - 4);
  stem = stem.substr(0, 40);
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  if (!prompt.empty()) path += "\nprompt=" + prompt;
  return fmt::format("{}_{}_{:08x}", kind, stem, hash64(path) >> 32);
}

void check_embedder(const std::string& embedder, const std::string& all) {
  for (const char* plain : {"minilm", "static", "vectors", "trained"})
    if (embedder == plain) return;
  if (!path_of(embedder).empty()) return;
  fail_usage("grouping", "embedder '{}' in '{}' is not known{}", embedder, all,
             suggestion(embedder, {"minilm", "static", "encoder:FOLDER", "static:FOLDER", "vectors",
                                   "clip:FOLDER", "trained", "npy:FILE"}));
}

double positive(const std::string& text, const std::string& all) {
  double x = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (code != std::errc() || end != text.data() + text.size() || !(x > 0 && x <= 1e6))
    fail_usage("grouping", "'{}' in '{}' is not a number above 0; {}", text, all, kForms);
  return x;
}

const std::vector<std::string> kShortRunKeys{"steps", "seeds", "model", "context", "batch", "lr", "method"};

void set_short_runs(ShortRuns& runs, const std::string& key, const std::string& value,
                    const std::string& all) {
  if (key == "model") {
    runs.model = value;
  } else if (key == "method") {
    runs.method = value;
  } else if (key == "lr") {
    runs.lr = positive(value, all);
  } else if (key == "seeds") {
    runs.seeds = whole(value, all, 1, 1000);
  } else {
    int64_t& number = key == "steps" ? runs.steps : key == "batch" ? runs.batch : runs.context;
    number = whole(value, all, key == "context" ? 0 : 1, 1'000'000'000);
  }
}

// Steps and seeds are read off the folder's name; a hash stands for the rest.
std::string short_runs_name(const ShortRuns& runs) {
  const std::string rest = fmt::format("model={} context={} batch={} lr={} method={}", runs.model,
                                       runs.context, runs.batch, runs.lr, runs.method);
  return fmt::format("-loss-{}x{}-{:08x}", runs.steps, runs.seeds, hash64(rest) >> 32);
}

// What has been read so far.
struct Draft {
  GroupingExpression e;
  std::string k_text;  // as the name writes it
  bool by_loss = false;
  ShortRuns runs;
  std::string of_runs;  // a key that is of the short runs; empty: none was given
};

void set_key(Draft& draft, const std::string& key, const std::string& value, const std::string& text) {
  GroupingExpression& e = draft.e;
  if (key == "k") {
    ClusterCounts counts = k_values(value, text);
    e.ks = std::move(counts.ks);
    draft.k_text = std::move(counts.text);
  } else if (key == "seed") {
    e.seed = static_cast<uint64_t>(whole(value, text, 0, kMostSeed));
  } else if (key == "nredo") {
    e.nredo = static_cast<int>(whole(value, text, 1, kMostStarts));
  } else if (key == "embedder") {
    check_embedder(value, text);
    e.embedder = value;
  } else if (key == "prompt") {
    e.prompt = value;
  } else if (key == "by") {
    if (value != "silhouette" && value != "loss")
      fail_usage("grouping", "by={} in '{}'{}", value, text, suggestion(value, {"silhouette", "loss"}));
    draft.by_loss = value == "loss";
  } else {
    set_short_runs(draft.runs, key, value, text);
    draft.of_runs = key;
  }
}

void check_keys_together(const Draft& draft, const std::string& text) {
  const GroupingExpression& e = draft.e;
  const bool is_random = e.kind == GroupingExpression::Kind::Random;
  if (e.ks.empty() || (is_random && e.ks.size() > 1))
    fail_usage("grouping", "'{}' needs {}; {}", text, is_random ? "one k" : "k", kForms);
  if (!e.prompt.empty() && !e.embedder.starts_with("encoder:"))
    fail_usage("grouping", "prompt={} in '{}' needs an encoder; {}", e.prompt, text, kForms);
  if (draft.by_loss && e.ks.size() < 2)
    fail_usage("grouping", "'{}' leaves no k to choose by loss; {}", text, kForms);
  if (!draft.by_loss && !draft.of_runs.empty())
    fail_usage("grouping", "'{}' in '{}' is of the short runs of by=loss; {}", draft.of_runs, text, kForms);
}

std::string folder_name(const Draft& draft) {
  const GroupingExpression& e = draft.e;
  if (e.kind == GroupingExpression::Kind::Random) return fmt::format("random-k{}-s{}", draft.k_text, e.seed);
  return fmt::format("regroup-{}-k{}-s{}-n{}{}", embedder_name(e.embedder, e.prompt), draft.k_text, e.seed,
                     e.nredo, draft.by_loss ? short_runs_name(draft.runs) : "");
}

}  // namespace

std::string expression_at(const GroupingExpression& e, int64_t k) {
  return fmt::format("regroup:k={},embedder={}{},seed={},nredo={}", k, e.embedder,
                     e.prompt.empty() ? "" : ",prompt=" + e.prompt, e.seed, e.nredo);
}

GroupingExpression parse_grouping(const std::string& text) {
  const bool is_regroup = text.starts_with("regroup:"), is_random = text.starts_with("random:");
  if (!is_regroup && !is_random) {
    if (text.empty() || text.starts_with('.') || text.find_first_of(":=/") != std::string::npos)
      fail_usage("grouping", "'{}' is not understood; {}", text, kForms);
    GroupingExpression named;
    named.name = text;
    return named;
  }
  Draft draft;
  draft.e.kind = is_regroup ? GroupingExpression::Kind::Regroup : GroupingExpression::Kind::Random;
  std::vector<std::string> known{"k", "seed"};
  if (is_regroup) {
    known.insert(known.end(), {"nredo", "embedder", "prompt", "by"});
    known.insert(known.end(), kShortRunKeys.begin(), kShortRunKeys.end());
  }
  std::set<std::string> given;
  for (size_t at = text.find(':') + 1; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const size_t equals = part.find('=');
    const std::string key = part.substr(0, equals),
                      value = equals == std::string::npos ? "" : part.substr(equals + 1);
    at = end + 1;
    if (value.empty()) fail_usage("grouping", "'{}' in '{}' has no value; {}", part, text, kForms);
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail_usage("grouping", "'{}' in '{}' is not known{}", key, text, suggestion(key, known));
    if (!given.insert(key).second) fail_usage("grouping", "'{}' is given twice in '{}'", key, text);
    set_key(draft, key, value, text);
  }
  check_keys_together(draft, text);
  if (draft.by_loss) draft.e.by_loss = draft.runs;
  draft.e.name = folder_name(draft);
  return draft.e;
}

}  // namespace rnb
