#include "base/environment.h"

#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

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
