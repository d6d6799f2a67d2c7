// Regroup on images: vectors that came with the data, of a CLIP in a folder, and of one that is trained
// first.

#include "harness/grouping/image_embedding.h"

#include <cmath>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_file.h"
#include "datasets/prepare.h"
#include "datasets/readers/npz.h"
#include "harness/commands/cli.h"
#include "harness/grouping/grouping_resolver.h"
#include "harness/tasks/clip_batch.h"
#include "harness/trainer/training_for_groupings.h"
#include "models/clip.h"
#include "results/run_file.h"
#include "tests/base/scratch_folder.h"
#include "tests/datasets/small_tars.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// 120 pairs, every second one dark; the caption says nothing of it. Each has a vector: (i, -i, 1).
void prepare_pairs(const ScratchFolder& folder) {
  std::vector<std::pair<std::string, std::string>> members;
  std::string uids("\x93NUMPY\x01\x00", 8),
      header = "{'descr': [('f0', '<u8'), ('f1', '<u8')], 'fortran_order': False, 'shape': (120,), }";
  header.resize(117, ' ');
  header += '\n';
  uids += static_cast<char>(header.size());
  uids += '\0';
  uids += header;
  std::vector<float> vectors;
  for (int i = 0; i < 120; ++i) {
    const auto shade = static_cast<uint8_t>(i % 2 ? 230 - i % 7 : 20 + i % 7);
    const std::string key = fmt::format("{:04}", i);
    members.emplace_back(key + ".jpg", plain_jpeg(32, 32, {shade, shade, shade}));
    members.emplace_back(key + ".txt", fmt::format("number {}", i % 10));
    members.emplace_back(key + ".json", nlohmann::json{{"uid", fmt::format("{:032x}", 119 - i)}}.dump());
    const uint64_t halves[2] = {0, static_cast<uint64_t>(i)};  // row i of the metadata is uid i: pair 119 - i
    uids.append(reinterpret_cast<const char*>(halves), sizeof halves);
    vectors.insert(vectors.end(), {static_cast<float>(i), static_cast<float>(-i), 1});
  }
  folder.write("pairs/0.tar", tar_of(members));
  folder.write("metadata/x.npy", uids);
  write_npz(folder.path() / "metadata/x.npz", {{"b32_img", {{120, 3}, vectors}}});
  PrepareOptions options;
  options.dataset = "datacomp";
  options.source.from = folder.path() / "pairs";
  options.source.extra = {{"vectors", "../metadata"}, {"vectors-array", "b32_img"}};
  options.tokenizer = "train:300";
  options.out = folder.path() / "store";
  options.threads = 1;
  prepare(options);
}

TEST(ImageEmbedding, VectorsOfTheDataFollowTheirUids) {
  const ScratchFolder folder;
  prepare_pairs(folder);
  const Store store(folder.path() / "store");
  const Embeddings e = embed_store(store, "vectors");
  EXPECT_EQ(e.dim, 3);
  const NpyArray array(e.file);
  EXPECT_EQ(array.values<float>()[3 * 7], 112);  // pair 7 has uid 112
  EXPECT_EQ(array.values<float>()[3 * 7 + 1], -112);
  const Grouping g = resolve_grouping(store, "regroup:k=2,embedder=vectors");
  EXPECT_EQ(g.domain_names.size(), 2U);
}

TEST(ImageEmbedding, OfAFolderIsItsImageTowersAndIsKept) {
  const ScratchFolder folder;
  prepare_pairs(folder);
  const Store store(folder.path() / "store");
  Clip model = make_clip("clip-pico", {400, 399}, 0, 3, torch::kCPU);
  save_hugging_face(model, folder.path() / "tower");
  const std::string embedder = "clip:" + (folder.path() / "tower").string();
  const Embeddings e = embed_images(store, embedder, {});
  EXPECT_FALSE(e.from_cache);
  EXPECT_TRUE(embed_images(store, embedder, {}).from_cache);
  EXPECT_EQ(e.dim, 32);
  EXPECT_GT(e.flops, 0);
  const NpyArray array(e.file);
  const ImageStore images(store);
  const torch::NoGradGuard no_grad;
  const ClipBatching how{store, images, model.config(), 0, true, 0};
  const std::vector<int64_t> one{77};
  const auto expected = model.image_embeddings(model.image_features(collate_pixels(how, one, std::nullopt)));
  for (int64_t c = 0; c < 32; ++c)
    EXPECT_NEAR(array.values<float>()[static_cast<size_t>(77 * 32 + c)], expected[0][c].item<float>(), 1e-5);
  // Dark and light pictures look different to any tower.
  const Grouping g = resolve_grouping(store, "regroup:k=2,embedder=" + embedder);
  int agree = 0;
  for (int64_t i = 0; i < 120; ++i)
    agree += (g.domain[static_cast<size_t>(i)] == g.domain[0]) == (i % 2 == 0);
  EXPECT_EQ(agree, 120);
}

TEST(ImageEmbedding, ATrainedTowersCostIsPartOfRegroupsBill) {
  const ScratchFolder folder;
  prepare_pairs(folder);
  const std::string store = (folder.path() / "store").string(), out = (folder.path() / "runs").string();
  const std::vector<std::string> args{
      "--store",   store,       "--grouping",   "regroup:k=2,embedder=trained:clip-pico:6:8",
      "--model",   "clip-pico", "--steps",      "2",
      "--batch",   "8",         "--eval-batch", "4",
      "--threads", "1",         "--out",        out};
  EXPECT_EQ(call_command("run", args), 0);
  const auto only = [](const fs::path& runs) {
    for (const auto& entry : fs::directory_iterator(runs)) return entry.path() / "run.h5";
    return fs::path();
  };
  const RunSummary tower = read_run(only(fs::path(store) / "embedder-runs")), run = read_run(only(out));
  EXPECT_EQ(tower.label, "natural");
  EXPECT_GT(run.flops.at("regroup"), tower.flops.at("train"));
  EXPECT_GE(run.seconds.at("regroup"), tower.seconds.at("train"));
  // The tower is not trained again.
  const auto before = fs::last_write_time(only(fs::path(store) / "embedder-runs"));
  embed_images(Store(store), "trained:clip-pico:6:8", options_with_training("cpu", Precision::Fp32));
  EXPECT_EQ(fs::last_write_time(only(fs::path(store) / "embedder-runs")), before);
}

TEST(ImageEmbedding, FormsThatAreNotUnderstoodAreRefused) {
  EXPECT_EQ(parse_trained_embedder("trained").model, "clip-nano");
  EXPECT_EQ(parse_trained_embedder("trained:clip-pico:7").steps, 7);
  for (const char* bad : {"trained:clip-pico:x", "trained:clip-pico:0", "trained:a:1:1:1"})
    EXPECT_THROW(parse_trained_embedder(bad), UsageError) << bad;
}

}  // namespace
}  // namespace rnb
