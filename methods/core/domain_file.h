#pragma once
// Numbers by domain in a JSON file: {"domain name": number, ...}, or a list in domain order.

#include <filesystem>
#include <string_view>
#include <vector>

#include "methods/core/mixer.h"

namespace rnb {

// [m], NaN for a domain that the file does not name. Error naming the file for an unknown domain, another
// type or a list of another length; `who` is the method.
std::vector<double> numbers_by_domain(std::string_view who, const std::filesystem::path& file,
                                      const Domains& domains);

}  // namespace rnb
