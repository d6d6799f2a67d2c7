#define PCRE2_CODE_UNIT_WIDTH 8
#include "datasets/tokenizers/regex.h"

#include <array>

#include <pcre2.h>

#include "base/error.h"

namespace rnb {
namespace {

// White space as Oniguruma has it, Unicode's White_Space: PCRE2's \s also takes U+180E.
constexpr std::string_view kSpaces =
    "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}";

// \s and \S spelled out; \S within a set has no such spelling and stays.
std::string with_spaces_spelled_out(std::string_view pattern) {
  std::string out;
  bool in_set = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char name = pattern[++i];
      if (name == 's') {
        out.append(in_set ? "" : "[").append(kSpaces).append(in_set ? "" : "]");
      } else if (name == 'S' && !in_set) {
        out.append("[^").append(kSpaces).append("]");
      } else {
        (out += c) += name;
      }
      continue;
    }
    if (c == '[') in_set = true;
    if (c == ']') in_set = false;
    out += c;
  }
  return out;
}

struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

}  // namespace

struct Regex::Compiled {
  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;
  ~Compiled() {
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }
};

Regex::Regex(const std::string& pattern, std::string where)
    : compiled_(std::make_unique<Compiled>()), where_(std::move(where)) {
  constexpr size_t kLongest = 1 << 16;
  if (pattern.size() > kLongest)
    fail("tokenizer", "{}: a pattern of {} bytes; expected at most {}", where_, pattern.size(), kLongest);
  const std::string plain = with_spaces_spelled_out(pattern);
  int code = 0;
  size_t at = 0;
  compiled_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(plain.data()), plain.size(),
                                  PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, nullptr);
  if (!compiled_->code) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    fail("tokenizer", "{}: the pattern '{}' is not understood: {}", where_, pattern,
         reinterpret_cast<const char*>(text.data()));
  }
  pcre2_jit_compile(compiled_->code, PCRE2_JIT_COMPLETE);  // without it the interpreter does the work
  compiled_->limits = pcre2_match_context_create(nullptr);
  RNB_ASSERT(compiled_->limits);
  pcre2_set_match_limit(compiled_->limits, 1'000'000);
  pcre2_set_heap_limit(compiled_->limits, 64 << 10);  // KiB
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex::Match Regex::find(std::string_view text, size_t at) const {
  thread_local const std::unique_ptr<pcre2_match_data, FreeMatch> data(pcre2_match_data_create(1, nullptr));
  RNB_ASSERT(data);
  const int found = pcre2_match(compiled_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                PCRE2_NO_UTF_CHECK, data.get(), compiled_->limits);
  if (found == PCRE2_ERROR_NOMATCH) return {};
  if (found < 0)
    fail("tokenizer",
         "{}: the pattern fails on a text (PCRE2 error {}): it needs too many steps or too much memory",
         where_, found);
  const size_t* const place = pcre2_get_ovector_pointer(data.get());
  if (place[0] > place[1]) fail("tokenizer", "{}: the pattern's match ends before it starts (\\K)", where_);
  return {place[0], place[1], true};
}

}  // namespace rnb
