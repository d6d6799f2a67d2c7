// Retrieval and zero-shot scores, by hand and on a model that has learned its pictures.

#include "harness/tasks/zero_shot.h"

#include <gtest/gtest.h>

#include "datasets/images/clip_pixels.h"
#include "harness/tasks/retrieval.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/small_tars.h"

namespace rnb {
namespace {

TEST(Retrieval, RecallByHand) {
  // Query 0 finds its own first; query 1 finds 0 before its own; query 2 is as near to 1 as to its own.
  const auto queries = torch::tensor({1.0F, 0.0F, 1.0F, 0.5F, 0.0F, 1.0F}).reshape({3, 2});
  const auto targets = torch::tensor({1.0F, 0.0F, 0.0F, 1.0F, 0.0F, 1.0F}).reshape({3, 2});
  const auto r = recall(queries, targets);
  EXPECT_DOUBLE_EQ(r[0], 1.0 / 3);  // similarities: [1 0 0], [1 .5 .5], [0 1 1]
  EXPECT_DOUBLE_EQ(r[1], 1.0);      // among 5 of 3 is everyone
}

TEST(Retrieval, AModelThatSaysTheSameOfAllFindsNothing) {
  const auto same = torch::ones({20, 4});
  EXPECT_EQ(recall(same, same), (std::array<double, 3>{0, 0, 0}));
  const auto own = torch::eye(20);
  EXPECT_EQ(recall(own, own), (std::array<double, 3>{1, 1, 1}));
  const auto scores = retrieval_scores(own, own.roll(1, 0));
  EXPECT_EQ(scores.at("image_to_text_recall_1"), 0);
  EXPECT_EQ(scores.size(), 6U);
}

TEST(Retrieval, BlocksOfQueriesGiveTheWhole) {
  torch::manual_seed(3);
  const auto a = torch::randn({1100, 8}), b = a + 0.8 * torch::randn({1100, 8});
  const auto rank = a.mm(b.t())
                        .argsort(1, /*descending=*/true)
                        .eq(torch::arange(1100).unsqueeze(1))
                        .to(torch::kFloat32)
                        .argmax(1);
  const auto r = recall(a, b);
  for (size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(r[k], rank.lt(kRecallAt[k]).to(torch::kFloat64).mean().item<double>(), 1e-9);
}

// A model is right by chance alone, but its answers must be those that its own embeddings give.
TEST(ZeroShot, ClassifiesByTheNearestMeanPrompt) {
  const ScratchFolder folder;
  folder.write("t/classes.txt", "1\tone\n2\ttwo\n3\tthree\n");
  folder.write("t/templates.txt", "4 {}\n5 {}\n");
  for (int c = 1; c <= 3; ++c)
    for (int i = 0; i < 4; ++i)
      folder.write(fmt::format("t/{}/{}.jpg", c, i),
                   plain_jpeg(32, 32, {static_cast<uint8_t>(80 * c), static_cast<uint8_t>(60 * i), 9}));
  folder.write("t/3/broken.jpg", "no image");
  // Words are numbers to this tokenizer.
  folder.write("t/classes.txt", "1\t7\n2\t8\n3\t9\n");
  const auto tokenizer = make_ids_tokenizer(20);
  Clip model = make_clip("clip-pico", {21, 20}, 0, 5, torch::kCPU);
  const auto task = read_labelled_images(folder.path() / "t").at(0);
  const ZeroShotScore score = classify(model, *tokenizer, task, torch::kCPU);
  EXPECT_EQ(score.images, 12);
  EXPECT_EQ(score.unreadable, 1);

  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> classes;
  for (const int64_t word : {7, 8, 9}) {
    std::vector<torch::Tensor> prompts;
    for (const int64_t t : {4, 5}) {
      const auto ids = torch::tensor({t, word, int64_t{20}}).reshape({1, 3});
      prompts.push_back(model.text_embeddings(model.text_features(ids, torch::tensor({int64_t{2}}))));
    }
    const auto mean = (prompts[0] + prompts[1]) / 2;
    classes.push_back(mean / mean.norm());
  }
  int right = 0;
  for (const auto& item : task.images) {
    if (item.file.filename() == "broken.jpg") continue;
    const std::string content = [&] {
      std::ifstream in(item.file, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(in), {});
    }();
    std::vector<float> pixels(3 * 32 * 32);
    normalised_pixels(centre_square(decode_image(std::as_bytes(std::span(content))), 32), pixels);
    const auto image =
        model.image_embeddings(model.image_features(torch::tensor(pixels).reshape({1, 3, 32, 32})));
    right += torch::cat(classes).mm(image.t()).argmax().item<int64_t>() == static_cast<int64_t>(item.label);
  }
  EXPECT_DOUBLE_EQ(score.accuracy, right / 12.0);
  EXPECT_DOUBLE_EQ(score.class_accuracy, right / 12.0);  // as many of each
  const auto all = zero_shot_scores(model, *tokenizer, folder.path() / "t", torch::kCPU);
  EXPECT_EQ(all.at("zero_shot"), score.accuracy);
  EXPECT_EQ(all.at("zero_shot/t"), score.accuracy);
}

}  // namespace
}  // namespace rnb
