#pragma once
// Byte-level vocabularies write the 256 bytes as printable characters (GPT-2): itself where printable, else
// U+0100 onwards.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace rnb {

std::array<int32_t, 256> byte_stand_ins();

// Appends the bytes that a token stands for; a character that stands for no byte is itself.
void append_token_bytes(std::string& out, std::string_view token);

}  // namespace rnb
