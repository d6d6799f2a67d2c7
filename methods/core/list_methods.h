#pragma once
// `rnb list methods`: what is registered, in words and as JSON.

#include <string>

#include <nlohmann/json.hpp>

namespace rnb {

std::string methods_in_words();
nlohmann::json methods_as_json();

}  // namespace rnb
