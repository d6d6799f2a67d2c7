// The family and the sizes of docs/adding-a-model.md, built from the page.

#include <gtest/gtest.h>

#include "models/language_model_family.h"
#include "models/model_sizes.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"

namespace rnb {
namespace {

TEST(AddingAModel, ThePagesFamilyIsAModelLikeAnyOther) {
  ASSERT_NE(find_registered<LanguageModelFamily>("llama"), nullptr);
  expect_tracked_gradients_add_up("llama-pico");
  expect_recomputed_is_equal("llama-pico");
}

TEST(AddingAModel, ThePagesSizesHaveTheParametersThatTheySay) {
  for (const char* name : {"llama-pico", "llama-nano"}) {
    const ModelSize* size = find_model_size(name);
    ASSERT_NE(size, nullptr) << name;
    EXPECT_EQ(parameter_count(*size, 100, 0),
              make_language_model(name, 100, 0, 1, torch::kMeta)->parameter_count());
  }
}

TEST(AddingAModel, ThePagesFamilyLoadsWhatItSaves) {
  const ScratchFolder scratch;
  const std::string folder = (scratch.path() / "saved").string();
  const auto model = make_language_model("llama-pico", 64, 0, 1, torch::kCPU);
  save_hugging_face(*model, folder);
  const auto ids = torch::arange(20).reshape({2, 10});
  const auto again = make_language_model(folder, 0, 0, 0, torch::kCPU);
  EXPECT_TRUE(torch::equal(model->hidden(ids), again->hidden(ids)));
}

}  // namespace
}  // namespace rnb
