#pragma once
// A large JSON file whose top is one object, read a piece at a time: member by member, and element by element
// of a member that is an array. Only brackets and strings are followed here; a piece is parsed by whoever
// wants it. Memory is bounded by the largest piece that is asked for.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rnb {

// Where a file stops being JSON, or is not what was expected: "file:line" and why.
class BrokenJson : public std::runtime_error {
 public:
  BrokenJson(std::string place, const std::string& why) : std::runtime_error(why), where(std::move(place)) {}
  std::string where;
};

class JsonPieces {
 public:
  explicit JsonPieces(std::filesystem::path file);  // Error unless it can be opened

  // The next member's name; nullopt at the end of the object, when nothing follows it. A value that was not
  // read is skipped. All of these throw BrokenJson.
  std::optional<std::string> next_member();
  nlohmann::json value();  // of the member, whole
  bool enter_array();      // whether the member is an array, whose elements next_element() then gives

  struct Element {
    std::string text;  // one JSON value, not yet parsed
    int64_t line = 0;  // where it starts, 1-based
    int64_t byte = 0;  // the same as an offset in the file
  };
  std::optional<Element> next_element();  // nullopt at the array's end
  // The element as JSON; BrokenJson with the place of the mistake in the file.
  nlohmann::json parse(const Element& element) const;

 private:
  enum class At { Start, Value, Array, AfterValue, End };
  int peek();
  int take();
  void skip_space();
  void expect(char wanted, const char* what);
  void take_value(std::string* into);  // nullptr: skipped
  void take_string(std::string* into);
  void leave_value();  // to the comma or bracket behind the member's value
  [[noreturn]] void broken(const std::string& why) const;

  std::filesystem::path file_;
  std::ifstream in_;
  std::vector<char> buffer_;
  size_t at_ = 0, size_ = 0;
  int64_t byte_ = 0, line_ = 1;
  At state_ = At::Start;
  bool first_ = true;  // no member or element of the present object or array has been read
};

}  // namespace rnb
