#pragma once
// Addresses, and names from a server that become paths.

#include <filesystem>
#include <string>
#include <string_view>

namespace rnb {

enum class Slash { Keep, Encode };
std::string url_encode(std::string_view text, Slash slash);

// "https://huggingface.co:443": scheme, host and port, in lower case. Error where it is no http(s) address.
std::string url_origin(const std::string& url);

// What a message may show of an address: without user, password, query and fragment, which may hold secrets.
std::string url_shown(const std::string& url);

// A relative path of ordinary components, as the server named it. Error naming `who` on anything that could
// lead out of the folder or collide with this program's own files.
std::filesystem::path safe_path(std::string_view name, std::string_view who);

}  // namespace rnb
