#include "harness/config/experiment.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <regex>
#include <sstream>
#include <type_traits>

#include "base/error.h"
#include "base/name_value.h"
#include "base/sha256.h"
#include "base/shell_word.h"
#include "base/suggest.h"
#include "harness/config/budget.h"
#include "harness/config/experiment_keys.h"
#include "harness/config/experiment_words.h"
#include "methods/core/layer_choice.h"
#include "methods/core/registry.h"

namespace rnb {
namespace {

template <typename T>
T parse_number(const KeyField& field, const std::string& value, const std::string& origin) {
  T number{};
  const char* const end = value.data() + value.size();
  const auto [stop, code] = std::from_chars(value.data(), end, number);
  const bool whole = code == std::errc() && stop == end && !value.empty();
  const double size = static_cast<double>(number);
  // The negated comparison also refuses NaN.
  if (!whole || !(size >= field.low && size <= field.high))
    fail_usage("config", "{}: {} = '{}': expected {} from {} to {}", origin, field.name, value,
               std::is_floating_point_v<T> ? "a number" : "a whole number", field.low, field.high);
  return number;
}

template <typename T>
constexpr bool is_word = std::is_same_v<T, bool> || std::is_enum_v<T>;

template <typename T>
T parse_word(const KeyField& field, const std::string& value, const std::string& origin) {
  std::vector<std::string> known;
  for (const auto& [word, meaning] : words_for(T{})) {
    if (word == value) return meaning;
    known.emplace_back(word);
  }
  fail_usage("config", "{}: {} = '{}'{}", origin, field.name, value, suggestion(value, known));
}

void set_method_option(Experiment& e, const std::string& word, const std::string& origin) {
  const auto option = split_name_value(word);
  if (!option)
    fail_usage("config", "{}: method option '{}': expected name=value, for example lambda=3", origin, word);
  e.method_options[option->name] = option->value;
}

// "rnb gram=unbiased lambda=3", or "exec:python3 mixer.py": what stands after a colon, to the end, is the
// value of the option that the method names for it. Options that came from a source of lower priority
// belonged to the method named there.
void set_method(Experiment& e, const std::string& value, const std::string& origin) {
  const size_t colon = value.find(':');
  const bool with_colon = colon < value.find('=');
  std::istringstream words(with_colon ? value.substr(0, colon) : value);
  std::string word;
  if (!(words >> word)) fail_usage("config", "{}: method is empty; rnb list methods", origin);
  const auto earlier = e.origin.find("method-option");
  if (earlier == e.origin.end() || earlier->second != origin) {
    e.method_options.clear();
    e.origin.erase("method-option");
  }
  e.method = word;
  if (with_colon) {
    const std::string& option = method_spec(word).colon_option;
    if (option.empty())
      fail_usage("config",
                 "{}: method = '{}': {} takes nothing after a colon; options are written name=value", origin,
                 value, word);
    e.method_options[option] = value.substr(colon + 1);
    e.origin["method-option"] = origin;
  }
  while (words >> word) {
    set_method_option(e, word, origin);
    e.origin["method-option"] = origin;
  }
}

std::string options_text(const std::map<std::string, std::string>& options) {
  std::string text;
  for (const auto& [name, value] : options) text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

}  // namespace

const std::vector<ExperimentKey>& experiment_keys() {
  static const std::vector<ExperimentKey> keys = [] {
    std::vector<ExperimentKey> all;
    for (const KeyField& field : key_fields()) {
      all.push_back({field.name, field.help, field.in_run_id});
      if (field.name == "method")
        all.push_back({"method-option", "name=value, an option of the method (repeatable)", true});
    }
    return all;
  }();
  return keys;
}

void set_key(Experiment& e, const std::string& key, const std::string& value, const std::string& origin) {
  const std::string name = normal_key(key);
  if (value.find_first_of(std::string("\0\n\r", 3)) != std::string::npos)
    fail_usage("config", "{}: the value of {} holds a line break or NUL; expected one line", origin, name);
  if (name == "method") {
    set_method(e, value, origin);
  } else if (name == "method-option") {
    std::istringstream words(value);
    for (std::string word; words >> word;) set_method_option(e, word, origin);
  } else {
    const KeyField* field = find_key_field(name);
    if (!field)
      fail_usage("config", "{}: unknown key '{}'{}", origin, key, suggestion(name, experiment_key_names()));
    std::visit(
        [&](auto member) {
          using T = std::remove_reference_t<decltype(e.*member)>;
          if constexpr (std::is_same_v<T, std::string>)
            e.*member = value;
          else if constexpr (is_word<T>)
            e.*member = parse_word<T>(*field, value, origin);
          else
            e.*member = parse_number<T>(*field, value, origin);
        },
        field->member);
  }
  e.origin[name] = origin;
}

std::string get_key(const Experiment& e, const std::string& key) {
  const std::string name = normal_key(key);
  if (name == "method-option") return options_text(e.method_options);
  const KeyField* field = find_key_field(name);
  if (!field) fail_usage("config", "unknown key '{}'{}", key, suggestion(name, experiment_key_names()));
  return std::visit(
      [&](auto member) {
        using T = std::remove_cvref_t<decltype(e.*member)>;
        if constexpr (is_word<T>)
          return std::string(word_for(e.*member));
        else
          return fmt::format("{}", e.*member);
      },
      field->member);
}

void check_experiment(const Experiment& e) {
  if (e.store.empty())
    fail_usage("config", "store is missing: name a prepared store (rnb prepare makes one)");
  if (e.grouping.empty()) fail_usage("config", "grouping is empty; expected original, regroup:k=10, ...");
  if (e.model.empty()) fail_usage("config", "model is empty; expected nano or a Hugging Face folder");
  if (e.batch % e.accumulation != 0)
    fail_usage("config", "batch = {} cannot be cut in accumulation = {} equal parts", e.batch,
               e.accumulation);
  if (e.min_lr > e.lr) fail_usage("config", "min-lr = {} is above lr = {}", e.min_lr, e.lr);
  if (!(e.beta1 < 1 && e.beta2 < 1))
    fail_usage("config", "beta1 = {}, beta2 = {}: expected below 1", e.beta1, e.beta2);
  if (!std::regex_match(e.device, std::regex("cpu|cuda(:[0-9]{1,3})?")))
    fail_usage("config", "device = '{}': expected cpu, cuda or cuda:N", e.device);
  if (e.precision == Precision::Bf16 && e.device == "cpu")
    fail_usage("config", "precision = bf16 needs device = cuda (on a CPU it is slower than fp32)");
  if (e.tf32 && e.device == "cpu")
    fail_usage("config", "tf32 = on needs device = cuda (a CPU has no such products)");
  parse_layer_choice(e.track, AllLayers::Refused, "config", "track");
  if (!e.budget.empty()) parse_budget(e.budget);
  resolve_options(method_spec(e.method), e.method_options);
}

std::string canonical_text(const Experiment& e) {
  std::map<std::string, std::string> lines;
  for (const ExperimentKey& key : experiment_keys())
    if (const std::string value = get_key(e, key.name); key.in_run_id && !value.empty())
      lines[key.name] = value;  // unset keys are left out: a new one keeps the ids of runs without it
  const Experiment defaults;
  for (const KeyField& field : key_fields())
    if (field.at_default == AtDefault::LeftOut && get_key(e, field.name) == get_key(defaults, field.name))
      lines.erase(field.name);
  // Complete options: writing out a default names the same run.
  lines["method-option"] = options_text(resolve_options(method_spec(e.method), e.method_options).values());
  std::string text;
  for (const auto& [name, value] : lines) text += name + "=" + value + "\n";
  return text;
}

std::string run_id(const Experiment& e, const std::string& store_digest, const std::string& grouping_digest) {
  return sha256_hex(canonical_text(e) + "store-digest=" + store_digest +
                    "\ngrouping-digest=" + grouping_digest + "\n")
      .substr(0, 16);
}

std::string reproducer_line(const Experiment& e) {
  const Experiment defaults;
  std::string line = "rnb run";
  for (const KeyField& field : key_fields()) {
    const std::string value = get_key(e, field.name);
    if (value != get_key(defaults, field.name) || field.name == "method" || field.name == "seed" ||
        field.name == "store")
      line += " --" + field.name + " " + shell_word(value);
    if (field.name == "method")
      for (const auto& [name, given] : e.method_options)
        line += " --method-option " + shell_word(name + "=" + given);
  }
  return line;
}

}  // namespace rnb
