#pragma once
// The commands that only read finished runs.

#include <string>
#include <vector>

namespace rnb {

int report_command(const std::vector<std::string>& args);    // runs -> table or HTML page
int info_command(const std::vector<std::string>& args);      // one run in words
int profile_command(const std::vector<std::string>& args);   // where seconds and FLOPs go
int validate_command(const std::vector<std::string>& args);  // 0: fits the schema, 4: does not
int merge_command(const std::vector<std::string>& args);     // many runs -> one file

}  // namespace rnb
