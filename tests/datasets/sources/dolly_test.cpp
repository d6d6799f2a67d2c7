#include <gmock/gmock.h>

#include "tests/datasets/small_store.h"

namespace rnb {
namespace {

using testing::HasSubstr;

TEST(Dolly, JoinsInstructionAndContextAndChecksTheCategory) {
  const ScratchFolder folder;
  folder.write("databricks-dolly-15k.jsonl",
               R"({"instruction": "Name a fish", "context": "", "response": "Cod", "category": "open_qa"}
{"instruction": "Sum up", "context": "Long.", "response": "Short.", "category": "summarization"}
{"instruction": "Sum up", "context": "Long.", "response": "Short.", "category": "poetry"}
{"instruction": "Sum up", "context": "Long.", "category": "summarization"}
)");
  const auto rows = read_all("dolly", options_from(folder.path()));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(example_at(rows, 0).id, "dolly-1");
  EXPECT_EQ(example_at(rows, 0).prompt, "Name a fish\n\n");
  EXPECT_EQ(example_at(rows, 0).completion, "Cod");
  EXPECT_EQ(example_at(rows, 1).prompt, "Sum up\n\nLong.\n\n");
  EXPECT_EQ(example_at(rows, 1).domain, "summarization");
  EXPECT_THAT(bad_at(rows, 2).reason, HasSubstr("'poetry'; expected one of brainstorming"));
  EXPECT_THAT(bad_at(rows, 3).reason, HasSubstr("\"response\" is missing"));
}

}  // namespace
}  // namespace rnb
