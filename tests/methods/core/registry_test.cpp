#include "methods/core/registry.h"

#include <cmath>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/list_methods.h"

namespace rnb {
namespace {

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no usage error";
}

TEST(Registry, SuggestsTheMethodThatWasMeant) {
  EXPECT_NE(message_of([] { method_spec("stratifed"); }).find("did you mean 'stratified'"),
            std::string::npos);
}

TEST(Registry, SuggestsTheOptionAndTheValueThatWereMeant) {
  EXPECT_NE(message_of([] { make_mixer("rnb", {{"lamda", "1"}}); }).find("did you mean 'lambda'"),
            std::string::npos);
  EXPECT_NE(message_of([] { make_mixer("rnb", {{"gram", "unbiassed"}}); }).find("did you mean 'unbiased'"),
            std::string::npos);
}

TEST(Registry, ALabelHoldsTheOptionsThatDifferFromTheirDefaults) {
  EXPECT_EQ(method_label("rnb", {}), "rnb");
  EXPECT_EQ(method_label("rnb", {{"lambda", "3"}}), "rnb");
  EXPECT_EQ(method_label("rnb", {{"lambda", "1"}, {"gram", "unbiased"}}), "rnb gram=unbiased lambda=1");
}

TEST(Registry, EveryMethodSaysWhatItIsAndWhereItComesFrom) {
  for (const MethodSpec& spec : method_specs()) {
    EXPECT_FALSE(spec.summary.empty()) << spec.name;
    EXPECT_FALSE(spec.source.empty()) << spec.name;
  }
}

TEST(Registry, ListsEveryMethodInWordsAndAsJson) {
  const std::string words = methods_in_words();
  const auto list = methods_as_json();
  ASSERT_EQ(list.size(), method_specs().size());
  for (size_t k = 0; k < list.size(); ++k) {
    EXPECT_EQ(list[k].at("name"), method_specs()[k].name);
    EXPECT_NE(words.find(method_specs()[k].summary), std::string::npos);
    EXPECT_EQ(list[k].at("options").size(), method_specs()[k].options.size());
  }
}

TEST(Registry, ListsShowWhatAnOptionTakes) {
  const std::string words = methods_in_words();
  EXPECT_NE(words.find("\n    T=1 [number > 0]  temperature, nats\n"), std::string::npos);
  EXPECT_NE(words.find("    ema=0 [number >= 0 and < 1]  "), std::string::npos);
  EXPECT_NE(words.find("    norm=on [on | off]  "), std::string::npos);
  EXPECT_NE(words.find("    layers=all [all, last, last:N or pattern:REGEX]  "), std::string::npos);
  EXPECT_NE(words.find(
                "    command=  a program and its arguments; quotes as in a shell, which is not used (must be "
                "given)\n"),
            std::string::npos);
  for (const auto& method : methods_as_json()) {
    if (method.at("name") != "loss_softmax") continue;
    const auto& ema = method.at("options").at(1);
    EXPECT_EQ(ema.at("type"), "real");
    EXPECT_EQ(ema.at("low"), 0);
    EXPECT_EQ(ema.at("below"), 1);
    EXPECT_FALSE(ema.contains("high"));
  }
}

std::string content(const std::string& name) {
  std::ifstream in(std::string(RNB_SOURCE_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Docs, TheExampleOfAddingAMethodIsTheMethod) {
  const std::string file = content("methods/loss_softmax.cpp");
  ASSERT_GT(file.size(), 100U);
  EXPECT_NE(content("docs/adding-a-method.md").find("```cpp\n" + file + "```"), std::string::npos);
}

TEST(Docs, TheReadmeNamesEveryMethod) {
  const std::string readme = content("README.md");
  for (const MethodSpec& spec : method_specs())
    EXPECT_NE(readme.find("`" + spec.name), std::string::npos) << spec.name;
}

TEST(CheckWeights, AcceptsTheSimplexOnly) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  EXPECT_NO_THROW(check_weights(Weights{0.25, 0.75}, 2, "x"));
  EXPECT_NO_THROW(check_weights(Weights{1.0, 0.0}, 2, "x"));
  for (const Weights& w : {Weights{1.0}, Weights{0.5, 0.4}, Weights{1.5, -0.5}, Weights{nan, 1.0},
                           Weights{inf, 0.0}, Weights{0.5, 0.5 + 1e-8}})
    EXPECT_THROW(check_weights(w, 2, "x"), Error);
}

}  // namespace
}  // namespace rnb
