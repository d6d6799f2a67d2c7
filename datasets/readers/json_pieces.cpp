#include "datasets/readers/json_pieces.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace rnb {
namespace {

constexpr size_t kBlock = size_t{1} << 18, kLargestPiece = size_t{64} << 20, kDeepest = 1000;
constexpr int kEnd = -1;

bool is_space(int c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// A character as messages show it.
std::string shown(int c) {
  if (c == kEnd) return "the end of the file";
  if (c < 0x20 || c > 0x7e) return fmt::format("byte 0x{:02x}", c);
  return fmt::format("'{}'", static_cast<char>(c));
}

// nlohmann's message without its number and place, which count from the piece's start.
std::string without_place(std::string_view message) {
  const size_t column = message.find("column ");
  const size_t colon = message.find(": ", column == std::string_view::npos ? 0 : column);
  return std::string(colon == std::string_view::npos ? message : message.substr(colon + 2));
}

}  // namespace

JsonPieces::JsonPieces(std::filesystem::path file) : file_(std::move(file)), in_(file_, std::ios::binary) {
  if (!in_ || std::filesystem::is_directory(file_))
    fail("json", "{}: is not a file that can be opened", file_.string());
  buffer_.resize(kBlock);
  if (peek() == 0xef) {  // a byte order mark
    for (const int c : {0xef, 0xbb, 0xbf})
      if (take() != c) broken("does not start with '{'");
  }
}

int JsonPieces::peek() {
  if (at_ == size_) {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    size_ = static_cast<size_t>(in_.gcount());
    at_ = 0;
    if (size_ == 0) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int JsonPieces::take() {
  const int c = peek();
  if (c == kEnd) return c;
  ++at_;
  ++byte_;
  line_ += c == '\n';
  return c;
}

void JsonPieces::broken(const std::string& why) const {
  throw BrokenJson(fmt::format("{}:{}", file_.string(), line_), fmt::format("byte {}: {}", byte_, why));
}

void JsonPieces::skip_space() {
  while (is_space(peek())) take();
}

void JsonPieces::expect(char wanted, const char* what) {
  skip_space();
  if (peek() != wanted) broken(fmt::format("expected '{}' {}, found {}", wanted, what, shown(peek())));
  take();
}

void JsonPieces::take_string(std::string* into) {
  const int64_t start = byte_;
  for (bool escaped = false;;) {
    const int c = take();
    if (c == kEnd) broken(fmt::format("the file ends within the string that starts at byte {}", start));
    if (into) {
      if (into->size() >= kLargestPiece) broken("a value is longer than 64 MiB");
      into->push_back(static_cast<char>(c));
    }
    if (escaped)
      escaped = false;
    else if (c == '\\')
      escaped = true;
    else if (c == '"' && byte_ > start + 1)
      return;
  }
}

void JsonPieces::take_value(std::string* into) {
  skip_space();
  std::string closers;
  const int64_t start = byte_;
  do {
    const int c = peek();
    if (c == kEnd) broken(fmt::format("the file ends within the value that starts at byte {}", start));
    if (c == '"') {
      take_string(into);
      continue;
    }
    if (closers.empty() && (c == ',' || c == ']' || c == '}' || c == ':'))
      broken(fmt::format("expected a value, found {}", shown(c)));
    take();
    if (into) {
      if (into->size() >= kLargestPiece) broken("a value is longer than 64 MiB");
      into->push_back(static_cast<char>(c));
    }
    if (c == '{' || c == '[') {
      if (closers.size() == kDeepest) broken("brackets are nested more than 1000 deep");
      closers.push_back(c == '{' ? '}' : ']');
    } else if (c == '}' || c == ']') {
      if (closers.back() != c) broken(fmt::format("expected '{}', found {}", closers.back(), shown(c)));
      closers.pop_back();
    } else if (closers.empty()) {  // a number or a word: up to what ends it
      while (peek() != kEnd && !is_space(peek()) && !std::strchr(",]}:[{\"", peek())) {
        const int more = take();
        if (!into) continue;
        if (into->size() >= kLargestPiece) broken("a value is longer than 64 MiB");
        into->push_back(static_cast<char>(more));
      }
    }
  } while (!closers.empty());
}

void JsonPieces::leave_value() {
  if (state_ == At::Array)
    while (next_element()) continue;
  if (state_ == At::Value) {
    take_value(nullptr);
    state_ = At::AfterValue;
  }
}

std::optional<std::string> JsonPieces::next_member() {
  if (state_ == At::End) return std::nullopt;
  if (state_ == At::Start) {
    expect('{', "at the start");
    first_ = true;
  } else {
    leave_value();
    first_ = false;
  }
  skip_space();
  if (peek() == '}') {
    take();
    skip_space();
    if (peek() != kEnd) broken(fmt::format("expected nothing after the object, found {}", shown(peek())));
    state_ = At::End;
    return std::nullopt;
  }
  if (!first_) expect(',', "or '}' after a member");
  skip_space();
  if (peek() != '"') broken(fmt::format("expected a member's name, found {}", shown(peek())));
  Element name{{}, line_, byte_};
  take_string(&name.text);
  const auto parsed = parse(name).get<std::string>();
  expect(':', "after a member's name");
  state_ = At::Value;
  return parsed;
}

nlohmann::json JsonPieces::value() {
  skip_space();
  Element piece{{}, line_, byte_};
  take_value(&piece.text);
  state_ = At::AfterValue;
  return parse(piece);
}

bool JsonPieces::enter_array() {
  skip_space();
  if (peek() != '[') return false;
  take();
  state_ = At::Array;
  first_ = true;
  return true;
}

std::optional<JsonPieces::Element> JsonPieces::next_element() {
  if (state_ != At::Array) return std::nullopt;
  skip_space();
  if (peek() == ']') {
    take();
    state_ = At::AfterValue;
    return std::nullopt;
  }
  if (!first_) expect(',', "or ']' after an element");
  first_ = false;
  skip_space();
  Element element{{}, line_, byte_};
  take_value(&element.text);
  return element;
}

nlohmann::json JsonPieces::parse(const Element& element) const {
  try {
    return nlohmann::json::parse(element.text);
  } catch (const nlohmann::json::parse_error& e) {
    const auto before =
        static_cast<std::ptrdiff_t>(std::min(element.text.size(), e.byte > 0 ? e.byte - 1 : 0));
    const auto lines = std::count(element.text.begin(), element.text.begin() + before, '\n');
    throw BrokenJson(
        fmt::format("{}:{}", file_.string(), element.line + lines),
        fmt::format("byte {}: is not valid JSON: {}", element.byte + before, without_place(e.what())));
  }
}

}  // namespace rnb
