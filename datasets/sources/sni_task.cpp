#include "datasets/sources/sni_task.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "datasets/readers/json_pieces.h"
#include "datasets/sources/json_lines.h"

namespace rnb {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPunctuation =
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";  // Python's string.punctuation

std::string with_full_stop(std::string text) {
  if (!text.empty() && kPunctuation.find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

// A string, or a list of them; nullopt for anything else.
std::optional<std::vector<std::string>> strings(const nlohmann::json& value) {
  if (value.is_string()) return std::vector<std::string>{value.get<std::string>()};
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& v : value) {
    if (!v.is_string()) return std::nullopt;
    out.push_back(v.get<std::string>());
  }
  return out;
}

bool all_english(const std::vector<std::string>& languages) {
  return !languages.empty() && std::all_of(languages.begin(), languages.end(),
                                           [](const std::string& l) { return trimmed(l) == "English"; });
}

class OfficialTask : public Source {
 public:
  OfficialTask(const SniTask& task, const SniLayout& layout, SniLeftOut& left_out)
      : task_(task), layout_(layout), left_out_(left_out), pieces_(task.file) {}

  std::optional<Row> next() override {
    while (!ended_) {
      try {
        const auto element = next_instance();
        if (!element) return std::nullopt;
        ++number_;
        const std::string where = fmt::format("{}:{}", task_.file.string(), element->line);
        Example example;
        bool empty = false;
        const std::string why = convert(pieces_.parse(*element), example, empty);
        if (!why.empty()) return BadRow{where, fmt::format("instance {}: {}", number_, why)};
        if (!empty) return example;
        ++left_out_.without_output;
      } catch (const BrokenJson& e) {
        const bool goes_on = in_element_;
        ended_ = !goes_on;
        in_element_ = false;
        return BadRow{e.where,
                      fmt::format("{}{}", e.what(), goes_on ? "" : "; the rest of the file cannot be read")};
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<JsonPieces::Element> next_instance() {
    in_element_ = false;
    for (;;) {
      if (in_array_) {
        auto element = pieces_.next_element();
        in_element_ = element.has_value();
        if (element) return element;
        in_array_ = false;
      }
      const auto member = pieces_.next_member();  // what follows the instances is followed to the end, too
      if (!member) break;
      if (*member != "Instances") continue;
      if (!pieces_.enter_array()) throw BrokenJson(task_.file.string(), "\"Instances\" is not a list");
      in_array_ = seen_ = true;
    }
    ended_ = true;
    if (!seen_)
      throw BrokenJson(task_.file.string(),
                       "\"Instances\" is missing; is this a task of natural-instructions?");
    return std::nullopt;
  }

  std::string convert(const nlohmann::json& instance, Example& e, bool& empty) {
    if (!instance.is_object()) return "is not a JSON object";
    std::string input;
    if (std::string why = text_member(instance, "input", input); !why.empty()) return why;
    if (!instance.contains("id")) {
      e.id = fmt::format("{}-{}", task_.name, number_);  // files of 2021 have none
    } else if (std::string why = text_member(instance, "id", e.id); !why.empty()) {
      return why;
    }
    if (e.id.empty()) return "the id is empty";
    const auto it = instance.find("output");
    if (it == instance.end()) return "\"output\" is missing";
    auto outputs = strings(*it);
    if (!outputs) return "\"output\" is not a list of strings";
    std::erase_if(*outputs, [](const std::string& o) { return trimmed(o).empty(); });
    if ((empty = outputs->empty())) return {};
    const size_t pick =
        layout_.output == SniLayout::Output::Seeded ? hash64(e.id, layout_.seed) % outputs->size() : 0;
    e.completion = std::move((*outputs)[pick]);
    e.prompt = layout_.prompt(task_.definition, input);
    e.domain = task_.category;
    return {};
  }

  const SniTask& task_;
  const SniLayout& layout_;
  SniLeftOut& left_out_;
  JsonPieces pieces_;
  int64_t number_ = 0;  // instances read
  bool in_array_ = false, seen_ = false, ended_ = false;
  bool in_element_ = false;  // an element was taken whole: a mistake in it leaves the rest readable
};

}  // namespace

std::string SniLayout::prompt(const std::string& definition, const std::string& input) const {
  if (layout == Prompt::Plain) return definition + "\n\n" + (input.empty() ? "" : input + "\n\n");
  return with_full_stop("Definition: " + std::string(trimmed(definition))) +
         "\n\nNow complete the following example -\n" +
         with_full_stop("Input: " + std::string(trimmed(input))) + "\nOutput: ";
}

std::variant<SniTask, BadRow> read_sni_task(const fs::path& file) {
  SniTask task{file.stem().string(), file, {}, {}, true};
  constexpr std::array<const char*, 4> kKeys{"Definition", "Categories", "Input_language", "Output_language"};
  std::map<std::string, std::vector<std::string>> found;
  try {
    JsonPieces pieces(file);
    while (found.size() < kKeys.size()) {
      const auto member = pieces.next_member();
      if (!member) break;
      if (std::find(kKeys.begin(), kKeys.end(), *member) == kKeys.end()) continue;
      const auto list = strings(pieces.value());
      if (!list) return BadRow{file.string(), fmt::format("\"{}\" is not a list of strings", *member)};
      found[*member] = *list;
    }
  } catch (const BrokenJson& e) {
    return BadRow{e.where, e.what()};
  }
  for (const char* key : kKeys)
    if (!found.contains(key) || found[key].empty() || found[key].front().empty())
      return BadRow{file.string(), fmt::format("\"{}\" is {}; is this a task of natural-instructions?", key,
                                               found.contains(key) ? "empty" : "missing")};
  task.definition = found["Definition"].front();
  task.category = found["Categories"].front();
  task.english = all_english(found["Input_language"]) && all_english(found["Output_language"]);
  return task;
}

std::unique_ptr<Source> open_sni_task(const SniTask& task, const SniLayout& layout, SniLeftOut& left_out) {
  return std::make_unique<OfficialTask>(task, layout, left_out);
}

std::unique_ptr<Source> open_flat_sni_task(const SniTask& task, const SniLayout& layout,
                                           SniLeftOut& left_out) {
  const auto convert = [&task, &layout](const nlohmann::json& row, int64_t, Example& e) {
    std::string name, definition, input;
    for (const auto& [key, out] : {std::pair{"task_name", &name},
                                   {"id", &e.id},
                                   {"definition", &definition},
                                   {"inputs", &input},
                                   {"targets", &e.completion}})
      if (const std::string why = text_member(row, key, *out); !why.empty()) return why;
    if (name != task.name)
      return fmt::format("\"task_name\" is '{}'; expected '{}', the file's name", name, task.name);
    e.prompt = layout.prompt(definition, input);
    e.domain = task.category;
    if (e.completion.empty()) e.completion = " ";  // not a mistake: left out and counted below
    return std::string();
  };

  // Leaves out what follows an id that has been seen, and empty targets.
  class FlatTask : public Source {
   public:
    FlatTask(std::unique_ptr<Source> rows, SniLeftOut& left_out)
        : rows_(std::move(rows)), left_out_(left_out) {}
    std::optional<Row> next() override {
      while (auto row = rows_->next()) {
        auto* e = std::get_if<Example>(&*row);
        if (!e) return row;
        if (e->id == last_) {
          ++left_out_.further_targets;
        } else if (trimmed(e->completion).empty()) {
          ++left_out_.without_output;
        } else {
          last_ = e->id;
          return row;
        }
      }
      return std::nullopt;
    }

   private:
    std::unique_ptr<Source> rows_;
    SniLeftOut& left_out_;
    std::string last_;
  };
  return std::make_unique<FlatTask>(std::make_unique<JsonlSource>(task.file, SourceOptions{}, convert),
                                    left_out);
}

}  // namespace rnb
