#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/harness/commands/two_runs.h"

namespace rnb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<std::string> names_of(const char* what) {
  std::vector<std::string> names;
  for (const auto& entry : nlohmann::json::parse(test::output_of("list", {what, "--json"})))
    names.push_back(entry.at("name").get<std::string>());
  return names;
}

TEST(ListCommand, NamesMethodsDataSetsAndModels) {
  EXPECT_THAT(names_of("methods"),
              IsSupersetOf({"natural", "stratified", "rnb", "skillit", "doremi", "fixed"}));
  EXPECT_THAT(names_of("datasets"), IsSupersetOf({"dolly", "skills", "wordnet", "jsonl"}));
  EXPECT_THAT(names_of("models"), IsSupersetOf({"pico", "nano", "qwen2-0.5b", "FOLDER"}));
}

TEST(ListCommand, WordsSayWhatMachinesRead) {
  for (const char* what : {"methods", "datasets", "models"}) {
    const std::string text = test::output_of("list", {what});
    for (const std::string& name : names_of(what)) EXPECT_THAT(text, HasSubstr(name)) << what;
  }
  EXPECT_THAT(test::output_of("list", {"datasets"}), AllOf(HasSubstr("--option"), HasSubstr("licence:")));
}

TEST(ListCommand, WrongUseSaysWhatThereIs) {
  EXPECT_THROW(call_command("list", {}), UsageError);
  EXPECT_THROW(call_command("list", {"methods", "models"}), UsageError);
  try {
    call_command("list", {"metods"});
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), HasSubstr("did you mean 'methods'?"));
  }
}

}  // namespace
}  // namespace rnb
