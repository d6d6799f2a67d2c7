// What an option takes: of each kind by itself, and of every registered method.

#include "methods/core/method_option.h"

#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "methods/core/registry.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no usage error";
}

std::string refusal(const MethodOption& option, const std::string& value) {
  return refusal([&] { check_option("bake", option, value); });
}

const MethodOption kHeat{.name = "heat",
                         .fallback = "1",
                         .help = "of the oven",
                         .type = OptionType::Real,
                         .above = 0,
                         .high = 2.5};
const MethodOption kEggs{
    .name = "eggs", .fallback = "3", .help = "in the bowl", .type = OptionType::Whole, .low = 1, .below = 12};
const MethodOption kFat{.name = "fat", .fallback = "butter", .help = "spread", .choices = {"butter", "oil"}};

TEST(MethodOption, TakesTheLimitsThatItIncludesOnly) {
  for (const char* value : {"2.5", "1e-300", "1", "0.1e1"})
    EXPECT_NO_THROW(check_option("bake", kHeat, value));
  for (const char* value : {"0", "-0", "-1", "2.5000001", "1e9"})
    EXPECT_THROW(check_option("bake", kHeat, value), UsageError) << value;
  for (const char* value : {"1", "11"}) EXPECT_NO_THROW(check_option("bake", kEggs, value));
  for (const char* value : {"0", "-3", "12", "9223372036854775807", "9223372036854775808"})
    EXPECT_THROW(check_option("bake", kEggs, value), UsageError) << value;
}

TEST(MethodOption, ARefusalNamesMethodOptionValueAndWhatWasExpected) {
  EXPECT_EQ(refusal(kHeat, "3"), "[bake] heat=3; expected a number > 0 and <= 2.5 (of the oven)");
  EXPECT_EQ(refusal(kEggs, "1.5"), "[bake] eggs=1.5; expected a whole number >= 1 and < 12 (in the bowl)");
  EXPECT_EQ(refusal(kFat, "buter"), "[bake] fat=buter (did you mean 'butter'?)");
  EXPECT_EQ(refusal(kFat, "margarine"), "[bake] fat=margarine; expected one of butter, oil");
}

TEST(MethodOption, WhatIsNotWhollyANumberIsNone) {
  for (const char* value : {"", "x", "1x", " 1", "1 ", "1,5", "0x1", "nan", "inf", "-inf", "1e999", "+1"}) {
    EXPECT_THROW(check_option("bake", kHeat, value), UsageError) << value;
    EXPECT_THROW(check_option("bake", kEggs, value), UsageError) << value;
  }
  for (const char* value : {"1.0", "1e1"})
    EXPECT_THROW(check_option("bake", kEggs, value), UsageError) << value;
}

TEST(MethodOption, EmptyIsTakenWhereNothingStandsForIt) {
  const MethodOption optional{.name = "sugar", .help = "g", .type = OptionType::Real, .low = 0};
  EXPECT_NO_THROW(check_option("bake", optional, ""));
  EXPECT_THROW(check_option("bake", optional, "-1"), UsageError);
  const MethodOption needed{.name = "flour", .help = "kind of flour", .required = true};
  EXPECT_EQ(refusal(needed, ""), "[bake] flour= is missing: kind of flour");
  EXPECT_NO_THROW(check_option("bake", needed, "rye"));
}

// The program's error for one option of a method, the others as its example has them.
std::string refusal(const MethodSpec& spec, const std::string& option, const std::string& value) {
  auto given = options_for(spec, ordinary_scenario(3).domains);
  given[option] = value;
  return refusal([&] { make_mixer(spec.name, given); });
}

void expect_refused(const MethodSpec& spec, const MethodOption& option, const std::string& value) {
  EXPECT_THAT(refusal(spec, option.name, value),
              AllOf(StartsWith("[" + spec.name + "] " + option.name + "=" + value), HasSubstr("expected")));
}

std::string exact(double value, OptionType type) {
  return type == OptionType::Whole ? fmt::format("{}", static_cast<int64_t>(value))
                                   : fmt::format("{}", value);
}

void expect_limits(const MethodSpec& spec, const MethodOption& o) {
  const bool whole = o.type == OptionType::Whole;
  const auto next = [&](double x, double towards) {
    return whole ? x + (towards > x ? 1 : -1) : std::nextafter(x, towards);
  };
  const auto taken = [&](double x) {
    EXPECT_NO_THROW(check_option(spec.name, o, exact(x, o.type))) << spec.name << " " << o.name << " " << x;
  };
  const auto refused = [&](double x) { expect_refused(spec, o, exact(x, o.type)); };
  if (o.low > -kNoLimit) taken(o.low), refused(next(o.low, -kNoLimit));
  if (o.high < kNoLimit) taken(o.high), refused(next(o.high, kNoLimit));
  if (o.above > -kNoLimit) taken(next(o.above, kNoLimit)), refused(o.above);
  if (o.below < kNoLimit) taken(next(o.below, -kNoLimit)), refused(o.below);
  for (const char* value : {"x", "1x", "nan", "inf", "1,5"}) expect_refused(spec, o, value);
  if (whole) expect_refused(spec, o, "1.5");
  if (!o.fallback.empty()) expect_refused(spec, o, "");
}

TEST(EveryMethodsOptions, RefuseWhatIsBeyondTheirLimits) {
  size_t numbers = 0;
  for (const MethodSpec& spec : method_specs())
    for (const MethodOption& o : spec.options) {
      if (o.type != OptionType::Whole && o.type != OptionType::Real) continue;
      ++numbers;
      expect_limits(spec, o);
    }
  EXPECT_GT(numbers, 50U);
}

TEST(EveryMethodsOptions, RefuseWordsThatAreNotTheirs) {
  for (const MethodSpec& spec : method_specs())
    for (const MethodOption& o : spec.options) {
      for (const std::string& word : o.choices) EXPECT_NO_THROW(check_option(spec.name, o, word));
      if (!o.choices.empty()) expect_refused(spec, o, "no such word");
      if (o.type == OptionType::Layers) expect_refused(spec, o, "attention");
    }
}

TEST(EveryMethodsOptions, TakeTheirOwnFallbacksAndSayWhatTheyAre) {
  for (const MethodSpec& spec : method_specs())
    for (const MethodOption& o : spec.options) {
      EXPECT_FALSE(o.help.empty()) << spec.name << " " << o.name;
      EXPECT_FALSE(o.required && !o.fallback.empty()) << spec.name << " " << o.name;
      if (o.required)
        EXPECT_THAT(refusal(spec, o.name, ""), HasSubstr(o.name + "= is missing"));
      else
        EXPECT_NO_THROW(check_option(spec.name, o, o.fallback)) << spec.name << " " << o.name;
    }
}

}  // namespace
}  // namespace rnb
