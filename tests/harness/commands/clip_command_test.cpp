// `rnb eval` and `rnb embed` on a CLIP, against what transformers computed.

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/readers/npz.h"
#include "harness/commands/cli.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

const fs::path kFixture = RNB_SOURCE_DIR "/tests/models/clip/fixtures/quick";

void expect_embeddings(const fs::path& npz, const char* name) {
  const auto made = NpzFile(npz).read(name);
  const NpyArray theirs(kFixture / (std::string(name) + ".npy"));
  ASSERT_EQ(made.header.shape, theirs.shape());
  const auto ours = made.floats();
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_NEAR(ours[i], theirs.values<float>()[i], 1e-4) << name;
}

TEST(EvalCommand, WritesEmbeddingsAndLossOfAClip) {
  const ScratchFolder scratch;
  const fs::path out = scratch.path() / "emb.npz";
  const std::vector<std::string> pairs{"--model",   kFixture.string(),
                                       "--ids",     (kFixture / "ids.npy").string(),
                                       "--pixels",  (kFixture / "pixels.npy").string(),
                                       "--out",     out.string(),
                                       "--threads", "1"};
  EXPECT_EQ(call_command("eval", pairs), 0);
  expect_embeddings(out, "image_embeds");
  expect_embeddings(out, "text_embeds");
  const auto loss = NpzFile(out).read("loss");
  EXPECT_TRUE(loss.header.shape.empty());
  EXPECT_NEAR(loss.floats().at(0), read_json_file(kFixture / "loss.json").at("loss").get<double>(), 1e-5);
  fs::remove(out);
  EXPECT_EQ(call_command("embed", pairs), 0);
  expect_embeddings(out, "image_embeds");
}

TEST(EvalCommand, OneTowerAloneIsEnoughAndHasNoLoss) {
  const ScratchFolder scratch;
  const fs::path out = scratch.path() / "emb.npz";
  EXPECT_EQ(
      call_command("eval", {"--model", kFixture.string(), "--pixels", (kFixture / "pixels.npy").string(),
                            "--out", out.string(), "--threads", "1"}),
      0);
  EXPECT_EQ(NpzFile(out).names(), (std::vector<std::string>{"image_embeds"}));
  expect_embeddings(out, "image_embeds");
}

TEST(EvalCommand, RefusesArraysThatDoNotFitTheClip) {
  EXPECT_THROW(
      call_command("eval", {"--model", kFixture.string(), "--ids", (kFixture / "pixels.npy").string()}),
      Error);
  EXPECT_THROW(call_command("eval", {"--model", kFixture.string(), "--pixels",
                                     (kFixture / "image_embeds.npy").string()}),
               Error);
  EXPECT_THROW(call_command("eval", {"--model", kFixture.string()}), UsageError);
  EXPECT_THROW(call_command("eval", {"--model", RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain",
                                     "--pixels", (kFixture / "pixels.npy").string()}),
               UsageError);
}

}  // namespace
}  // namespace rnb
