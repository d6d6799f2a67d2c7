#pragma once
// Regular expressions out of tokenizer files, by PCRE2. They were written for Oniguruma: what both understand
// is what is accepted.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rnb {

class Regex {
 public:
  // Throws Error starting with `where` when the pattern is not understood.
  Regex(const std::string& pattern, std::string where);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  struct Match {
    size_t begin = 0, end = 0;
    bool found = false;
  };
  // The first match that starts at `at` or later. The text must be valid UTF-8. Throws Error when the pattern
  // needs more steps or memory than any sensible one.
  Match find(std::string_view text, size_t at) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
  std::string where_;
};

}  // namespace rnb
