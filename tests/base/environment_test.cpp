#include "base/environment.h"

#include <cstdlib>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/json_file.h"
#include "base/text.h"

namespace rnb {
namespace {

TEST(Environment, TheTableNamesEachVariableOnceAndSaysWhatItMeans) {
  std::set<std::string_view> names;
  for (const VariableSpec& spec : environment_variables()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
    EXPECT_FALSE(spec.otherwise.empty()) << spec.name;
    EXPECT_EQ(name_of(spec.variable), spec.name);
  }
}

// "| `CURL_CA_BUNDLE`, `SSL_CERT_FILE` | ... |": what stands in the first column of README's table.
std::set<std::string> names_in_readme() {
  std::set<std::string> names;
  bool here = false;
  for (const std::string& line : lines_of(read_text_file(RNB_SOURCE_DIR "/README.md"))) {
    if (line.starts_with("## ")) here = line == "## Environment variables";
    if (!here || !line.starts_with("| `")) continue;
    const std::string column = line.substr(2, line.find(" |", 2) - 2);
    for (size_t begin = 0; (begin = column.find('`', begin)) != std::string::npos;) {
      const size_t end = column.find('`', begin + 1);
      if (end == std::string::npos) break;
      names.insert(column.substr(begin + 1, end - begin - 1));
      begin = end + 1;
    }
  }
  return names;
}

TEST(Environment, TheTableIsThatOfTheReadme) {
  std::set<std::string> read, of_libcurl{"http_proxy", "https_proxy", "no_proxy"};
  for (const VariableSpec& spec : environment_variables()) read.emplace(spec.name);
  read.merge(of_libcurl);
  EXPECT_EQ(names_in_readme(), read);
}

TEST(Environment, OfAnAddressTheHostAloneIsPrinted) {
  const auto shown = [](const char* value) {
    ::setenv("HF_ENDPOINT", value, 1);
    return printable(Variable::HubEndpoint).value_or("");
  };
  EXPECT_EQ(shown("https://mirror.example"), "https://mirror.example");
  EXPECT_EQ(shown("https://me:word@mirror.example:80/a?b=word"), "https://mirror.example:80");
  EXPECT_EQ(shown("https://me:wo/rd@mirror.example"), "set");
  EXPECT_EQ(shown("word"), "set, but not to http(s)://HOST");
  ::unsetenv("HF_ENDPOINT");
  EXPECT_EQ(printable(Variable::HubEndpoint), std::nullopt);
}

TEST(Environment, AnEmptyVariableIsNotSet) {
  ::unsetenv("RNB_PLOTS");
  EXPECT_FALSE(environment(Variable::Plots));
  ::setenv("RNB_PLOTS", "", 1);
  EXPECT_FALSE(environment(Variable::Plots));
  ::setenv("RNB_PLOTS", "/x", 1);
  EXPECT_EQ(environment(Variable::Plots), "/x");
  set_environment_default(Variable::Plots, "/y");
  EXPECT_EQ(environment(Variable::Plots), "/x") << "what is there stays";
  ::unsetenv("RNB_PLOTS");
  set_environment_default(Variable::Plots, "/y");
  EXPECT_EQ(environment(Variable::Plots), "/y");
  ::unsetenv("RNB_PLOTS");
}

}  // namespace
}  // namespace rnb
