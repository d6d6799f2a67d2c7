#include "tests/base/fuzz.h"

#include "base/json_file.h"
#include "models/language_model.h"
#include "models/safetensors.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"

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

// Damaged configurations either make a model whose shape is what they say, or are refused.
void fuzz_config(const char* name, const std::string& fixture, const char* layers_key) {
  const ScratchFolder folder;
  const std::string good = read_text_file(kModelFixtures / fixture / "config.json");
  int read = 0;
  fuzz(name, 2'000, [&](Rng& rng) {
    folder.write("config.json", damaged(good, rng));
    read += accepted([&] {
      const auto model = make_language_model(folder.path().string(), 0, 0, 0, torch::kMeta);
      const BlockShape shape = model->block_shape();
      EXPECT_GE(shape.layers, 1);
      EXPECT_EQ(shape.query % shape.heads, 0);
      EXPECT_EQ(shape.query % shape.kv, 0);
      EXPECT_EQ(static_cast<int64_t>(shape.windows.size()), shape.layers);
      EXPECT_EQ(model->config().at(layers_key), shape.layers);
    });
  });
  EXPECT_GT(read, 0);
}

TEST(Fuzz, Qwen2Config) {
  fuzz_config("qwen2_config", "qwen2/sliding", "num_hidden_layers");
}

TEST(Fuzz, GptNeoConfig) {
  fuzz_config("gpt_neo_config", "gpt_neo/plain", "num_layers");
}

}  // namespace
}  // namespace rnb
