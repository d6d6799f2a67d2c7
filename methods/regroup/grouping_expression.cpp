#include "methods/regroup/grouping_expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "base/error.h"
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
constexpr int64_t kMostClusters = 10'000'000, kMostStarts = 10'000, kMostSeed = 0x7fffffff;

int64_t whole(const std::string& text, const std::string& all, int64_t least, int64_t most) {
  int64_t n = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (code != std::errc() || end != text.data() + text.size() || n < least || n > most)
    fail_usage("grouping", "'{}' in '{}' is not a whole number from {} to {}; {}", text, all, least, most,
               kForms);
  return n;
}

struct Range {
  std::vector<int64_t> ks;
  std::string text;  // canonical
};

Range k_values(const std::string& text, const std::string& all) {
  const auto number = [&](const std::string& part) { return whole(part, all, 1, kMostClusters); };
  const size_t dots = text.find("..");
  if (dots == std::string::npos) {
    const int64_t k = number(text);
    return {{k}, std::to_string(k)};
  }
  const size_t colon = text.find(':', dots);
  const int64_t first = number(text.substr(0, dots));
  const int64_t last = number(text.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2));
  const int64_t step = colon == std::string::npos ? 1 : number(text.substr(colon + 1));
  if (first > last || (last - first) / step >= 1000)
    fail_usage("grouping", "k={} is no range of 1 to 1000 values; {}", text, kForms);
  Range range;
  for (int64_t k = first; k <= last; k += step) range.ks.push_back(k);
  range.text = step == 1 ? fmt::format("{}..{}", first, last) : fmt::format("{}..{}_{}", first, last, step);
  return range;
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

}  // namespace

std::string expression_at(const GroupingExpression& e, int64_t k) {
  return fmt::format("regroup:k={},embedder={}{},seed={},nredo={}", k, e.embedder,
                     e.prompt.empty() ? "" : ",prompt=" + e.prompt, e.seed, e.nredo);
}

GroupingExpression parse_grouping(const std::string& text) {
  GroupingExpression e;
  const bool is_regroup = text.starts_with("regroup:"), is_random = text.starts_with("random:");
  if (!is_regroup && !is_random) {
    if (text.empty() || text.starts_with('.') || text.find_first_of(":=/") != std::string::npos)
      fail_usage("grouping", "'{}' is not understood; {}", text, kForms);
    e.name = text;
    return e;
  }
  e.kind = is_regroup ? GroupingExpression::Kind::Regroup : GroupingExpression::Kind::Random;
  std::vector<std::string> known{"k", "seed"};
  if (is_regroup) {
    known.insert(known.end(), {"nredo", "embedder", "prompt", "by"});
    known.insert(known.end(), kShortRunKeys.begin(), kShortRunKeys.end());
  }
  std::string k_text, by = "silhouette", of_runs;
  ShortRuns runs;
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
    if (key == "k") {
      Range range = k_values(value, text);
      e.ks = std::move(range.ks);
      k_text = std::move(range.text);
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
      by = value;
    } else {
      set_short_runs(runs, key, value, text);
      of_runs = key;
    }
  }
  if (e.ks.empty() || (is_random && e.ks.size() > 1))
    fail_usage("grouping", "'{}' needs {}; {}", text, is_random ? "one k" : "k", kForms);
  if (!e.prompt.empty() && !e.embedder.starts_with("encoder:"))
    fail_usage("grouping", "prompt={} in '{}' needs an encoder; {}", e.prompt, text, kForms);
  if (by == "loss" && e.ks.size() < 2)
    fail_usage("grouping", "'{}' leaves no k to choose by loss; {}", text, kForms);
  if (by != "loss" && !of_runs.empty())
    fail_usage("grouping", "'{}' in '{}' is of the short runs of by=loss; {}", of_runs, text, kForms);
  if (by == "loss") e.by_loss = runs;
  if (is_random) {
    e.name = fmt::format("random-k{}-s{}", k_text, e.seed);
  } else {
    e.name = fmt::format("regroup-{}-k{}-s{}-n{}{}", embedder_name(e.embedder, e.prompt), k_text, e.seed,
                         e.nredo, e.by_loss ? short_runs_name(runs) : "");
  }
  return e;
}

}  // namespace rnb
