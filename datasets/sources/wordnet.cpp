// WordNet 3.0 as Debian's wordnet-base installs it: headword -> gloss, 45 lexicographer files as domains
// (wndb(5WN), lexnames(5WN)).

#include <array>
#include <charconv>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/source_spec.h"
#include "datasets/sources/seeded_subset.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, 45> kLexicographerFiles{
    "adj.all",          "adj.pert",           "adv.all",
    "noun.Tops",        "noun.act",           "noun.animal",
    "noun.artifact",    "noun.attribute",     "noun.body",
    "noun.cognition",   "noun.communication", "noun.event",
    "noun.feeling",     "noun.food",          "noun.group",
    "noun.location",    "noun.motive",        "noun.object",
    "noun.person",      "noun.phenomenon",    "noun.plant",
    "noun.possession",  "noun.process",       "noun.quantity",
    "noun.relation",    "noun.shape",         "noun.state",
    "noun.substance",   "noun.time",          "verb.body",
    "verb.change",      "verb.cognition",     "verb.communication",
    "verb.competition", "verb.consumption",   "verb.contact",
    "verb.creation",    "verb.emotion",       "verb.motion",
    "verb.perception",  "verb.possession",    "verb.social",
    "verb.stative",     "verb.weather",       "adj.ppl"};

// "galore(ip)" -> "galore", "hot_dog" -> "hot dog"
std::string headword(std::string_view word) {
  std::string out(word.substr(0, word.find('(')));
  for (char& c : out)
    if (c == '_') c = ' ';
  return out;
}

class WordNet : public Source {
 public:
  explicit WordNet(const SourceOptions& options) {
    for (const char* part : {"data.noun", "data.verb", "data.adj", "data.adv"}) {
      const fs::path file = options.from / part;
      if (!fs::exists(file))
        fail("wordnet",
             "{}: is missing; install Debian's wordnet-base (scripts/setup.sh does) or give its folder with "
             "--from",
             file.string());
      files_.push_back(file);
      read(file);
    }
    std::vector<std::string> ids;
    for (const Row& row : rows_)
      ids.push_back(std::holds_alternative<Example>(row) ? std::get<Example>(row).id
                                                         : std::get<BadRow>(row).where);
    keep_ = seeded_subset(ids, options.limit, options.seed);
  }

  std::optional<Row> next() override {
    while (at_ < rows_.size() && !keep_[at_]) ++at_;
    if (at_ >= rows_.size()) return std::nullopt;
    return std::move(rows_[at_++]);
  }
  std::vector<fs::path> files() const override { return files_; }

 private:
  void read(const fs::path& file) {
    const std::string text = read_text_file(file);
    int64_t number = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line(text.data() + at, end - at);
      at = end + 1;
      ++number;
      if (line.empty() || line.starts_with("  ")) continue;  // the licence at the top
      rows_.push_back(parse(line, fmt::format("{}:{}", file.string(), number)));
    }
  }

  // "offset lex_filenum ss_type w_cnt word lex_id ... | gloss"
  static Row parse(std::string_view line, std::string where) {
    std::array<std::string_view, 5> field;
    std::string_view rest = line;
    for (std::string_view& f : field) {
      const size_t space = rest.find(' ');
      if (space == std::string_view::npos) return BadRow{std::move(where), "has fewer than 5 fields"};
      f = rest.substr(0, space);
      rest.remove_prefix(space + 1);
    }
    size_t lexicographer = kLexicographerFiles.size();
    std::from_chars(field[1].data(), field[1].data() + field[1].size(), lexicographer);
    if (lexicographer >= kLexicographerFiles.size())
      return BadRow{std::move(where), fmt::format("lexicographer file '{}'; expected 00 to 44", field[1])};
    const size_t bar = rest.find("| ");
    if (bar == std::string_view::npos) return BadRow{std::move(where), "has no gloss"};
    std::string_view gloss = rest.substr(bar + 2);
    while (gloss.ends_with(' ')) gloss.remove_suffix(1);
    if (gloss.empty()) return BadRow{std::move(where), "the gloss is empty"};
    return Example{fmt::format("{}{}", field[2], field[0]), headword(field[4]) + ": ", std::string(gloss),
                   kLexicographerFiles[lexicographer], SplitHint::None};
  }

  std::vector<fs::path> files_;
  std::vector<Row> rows_;
  std::vector<bool> keep_;
  size_t at_ = 0;
};

RNB_REGISTER(
    SourceSpec, .name = "wordnet",
    .summary = "WordNet 3.0 glosses, 117,659 in 45 lexicographer domains (Debian's wordnet-base)",
    .licence = "WordNet 3.0 licence", .files = "the folder with data.noun, data.verb, data.adj and data.adv",
    .default_from = "/usr/share/wordnet",
    .open = [](const SourceOptions& o) -> std::unique_ptr<Source> { return std::make_unique<WordNet>(o); });

}  // namespace
}  // namespace rnb
