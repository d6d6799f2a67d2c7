#pragma once
// Tokens that are found in a text before it is cut into words: control tokens ("<|im_start|>") and whatever
// else a tokenizer.json lists under "added_tokens".

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rnb {

struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool special = false;                 // a control token: stays text unless it is asked for
  bool normalized = false;              // found in the normalised text
  bool single_word = false;             // only where no letter, number, mark or underscore touches it
  bool lstrip = false, rstrip = false;  // takes the white space beside it along
};

enum class Specials { AsText, AsTokens };

struct TextPiece {
  std::string_view text;
  int32_t id = -1;  // of an added token; -1: plain text
};

class AddedTokens {
 public:
  void add(AddedToken token);
  bool empty() const { return tokens_.empty(); }
  const std::vector<AddedToken>& all() const { return tokens_; }
  const AddedToken* find(int32_t id) const;  // nullptr: none

  // Leftmost, then longest, as `tokenizers` finds them. Appends the pieces of the text, in order; none is
  // empty but a token's own. The text must be valid UTF-8.
  void cut(std::string_view text, Specials specials, std::vector<TextPiece>& pieces) const;

 private:
  const AddedToken* longest_at(std::string_view text, size_t at) const;

  std::vector<AddedToken> tokens_;
  std::map<int32_t, size_t> by_id_;
  std::map<std::string, size_t, std::less<>> by_content_;
  std::vector<std::set<size_t, std::greater<>>> lengths_ = std::vector<std::set<size_t, std::greater<>>>(256);
};

}  // namespace rnb
