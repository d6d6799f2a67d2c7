// How a table is written: text, Markdown, CSV and LaTeX.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/report_table.h"

namespace rnb {
namespace {

using ::testing::HasSubstr;

const ReportTable kSmall{{"data set", "grouping", "method", "loss"},
                         {{"a,b", "x|y", "say \"rnb\"", "5.0 ± 0.1"}, {"c_d", "50 %", "rnb", "-"}},
                         {"a note"}};

TEST(Render, TextAlignsByWhatIsShown) {
  EXPECT_EQ(render(kSmall, TableFormat::Text),
            "data set  grouping  method          loss\n"
            "a,b       x|y       say \"rnb\"  5.0 ± 0.1\n"
            "c_d       50 %      rnb                -\n"
            "  a note\n");
}

TEST(Render, Csv) {
  EXPECT_EQ(render(kSmall, TableFormat::Csv),
            "data set,grouping,method,loss\n"
            "\"a,b\",x|y,\"say \"\"rnb\"\"\",5.0 ± 0.1\n"
            "c_d,50 %,rnb,-\n");
}

TEST(Render, Markdown) {
  EXPECT_EQ(render(kSmall, TableFormat::Markdown),
            "| data set | grouping | method | loss |\n"
            "|---|---|---|---:|\n"
            "| a,b | x\\|y | say \"rnb\" | 5.0 ± 0.1 |\n"
            "| c_d | 50 % | rnb | - |\n"
            "\n"
            "- a note\n");
}

TEST(Render, Latex) {
  EXPECT_EQ(render(kSmall, TableFormat::Latex),
            "\\begin{tabular}{llll}\n\\hline\n"
            "data set & grouping & method & loss \\\\\n\\hline\n"
            "a,b & x|y & say \"rnb\" & 5.0 $\\pm$ 0.1 \\\\\n"
            "c\\_d & 50 \\% & rnb & - \\\\\n"
            "\\hline\n\\end{tabular}\n");
}

TEST(Render, LatexEscapesEverySpecialCharacter) {
  const ReportTable t{{R"(\ { } ~ ^ $ & # %)"}, {}, {}};
  EXPECT_THAT(render(t, TableFormat::Latex),
              HasSubstr(R"(\char92{} \{ \} \char126{} \char94{} \$ \& \# \%)"));
}

}  // namespace
}  // namespace rnb
