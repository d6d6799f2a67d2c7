#include "methods/core/layer_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/registry.h"

namespace rnb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

LayerChoice parsed(std::string_view text, AllLayers all = AllLayers::Allowed) {
  return parse_layer_choice(text, all, "dga", "layers");
}

std::string refusal(std::string_view text, AllLayers all = AllLayers::Allowed) {
  try {
    parsed(text, all);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no usage error";
}

TEST(LayerChoice, ReadsEveryFormOfTheGrammar) {
  EXPECT_EQ(parsed("last").kind, LayerChoice::Kind::Last);
  EXPECT_EQ(parsed("all").kind, LayerChoice::Kind::All);
  EXPECT_EQ(parsed("last:12").kind, LayerChoice::Kind::Count);
  EXPECT_EQ(parsed("last:12").count, 12U);
  EXPECT_EQ(parsed("last:999999").count, 999999U);
  EXPECT_EQ(parsed("pattern:attn.*(q|k)").kind, LayerChoice::Kind::Pattern);
  EXPECT_EQ(parsed("pattern:attn.*(q|k)").pattern, "attn.*(q|k)");
  EXPECT_EQ(parsed("pattern:last").pattern, "last");
}

TEST(LayerChoice, RefusesWordsThatOnlyLookLikeOne) {
  for (const char* text : {"attention", "lst", "", "Last", "last ", " all", "patern:q", "pattern", "lastly"})
    EXPECT_THAT(refusal(text), AllOf(StartsWith("[dga] layers="), HasSubstr("expected all, last, last:N or")))
        << text;
}

TEST(LayerChoice, RefusesACountThatIsNoneNamingTheOption) {
  for (const char* text : {"last:", "last:x", "last:0", "last:-1", "last:+1", "last:1.5", "last:2x",
                           "last:1000000", "last:99999999999999999999"})
    EXPECT_THAT(refusal(text),
                AllOf(HasSubstr(std::string("layers=") + text + ";"), HasSubstr("from 1 to 999999")));
}

TEST(LayerChoice, RefusesAnExpressionThatIsNotRegular) {
  EXPECT_THAT(refusal("pattern:["),
              AllOf(HasSubstr("layers=pattern:["), HasSubstr("not a regular expression")));
  EXPECT_THAT(refusal("pattern:("), HasSubstr("not a regular expression"));
}

TEST(LayerChoice, AllIsRefusedWhereOnlyLinearLayersAreMeant) {
  EXPECT_THAT(refusal("all", AllLayers::Refused), HasSubstr("expected last, last:N or pattern:REGEX"));
  EXPECT_EQ(parsed("last", AllLayers::Refused).kind, LayerChoice::Kind::Last);
}

TEST(LayerChoice, MethodsRefuseWrongLayersWhenTheyAreMade) {
  for (const char* method : {"dga", "grape"}) {
    EXPECT_NO_THROW(make_mixer(method, {{"layers", "last:2"}}));
    for (const char* layers : {"attention", "lst", "last:x", "pattern:("})
      EXPECT_THROW(make_mixer(method, {{"layers", layers}}), UsageError) << method << " " << layers;
  }
}

}  // namespace
}  // namespace rnb
