#include "tests/base/fuzz.h"

#include "base/json_file.h"
#include "models/gpt_neo.h"
#include "models/qwen2.h"
#include "models/safetensors.h"
#include "tests/base/scratch_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

TEST(Fuzz, Safetensors) {
  const ScratchFolder folder;
  save_safetensors(folder.path() / "good", {{"x", torch::ones({2, 3})}, {"y", torch::zeros({4})}});
  const std::string good = read_text_file(folder.path() / "good");
  int read = 0;
  fuzz("safetensors", 1'500, [&](Rng& rng) {
    const fs::path file = folder.write("bad", damaged(good, rng));
    read += accepted([&] {
      for (const auto& [name, tensor] : load_safetensors(file))
        tensor.to(torch::kFloat64).sum().item<double>();
    });
    accepted([&] { written_by_rnb(file); });
  });
  EXPECT_GT(read, 0);
}

TEST(Fuzz, Qwen2Config) {
  const ScratchFolder folder;
  const std::string good = read_text_file(RNB_SOURCE_DIR "/tests/models/fixtures/qwen2/sliding/config.json");
  int read = 0;
  fuzz("qwen2_config", 2'000, [&](Rng& rng) {
    const fs::path file = folder.write("config.json", damaged(good, rng));
    read += accepted([&] {
      const Qwen2Config c = read_qwen2_config(file);
      EXPECT_GE(c.layers, 1);
      EXPECT_EQ(c.heads % c.kv_heads, 0);
      EXPECT_EQ(static_cast<int64_t>(c.window.size()), c.layers);
    });
  });
  EXPECT_GT(read, 0);
}

TEST(Fuzz, GptNeoConfig) {
  const ScratchFolder folder;
  const std::string good = read_text_file(RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain/config.json");
  int read = 0;
  fuzz("gpt_neo_config", 2'000, [&](Rng& rng) {
    const fs::path file = folder.write("config.json", damaged(good, rng));
    read += accepted([&] {
      const GptNeoConfig c = read_gpt_neo_config(file);
      EXPECT_GE(c.layers, 1);
      EXPECT_EQ(c.width % c.heads, 0);
      EXPECT_EQ(static_cast<int64_t>(c.local.size()), c.layers);
    });
  });
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace rnb
