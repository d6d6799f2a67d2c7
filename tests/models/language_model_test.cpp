// What holds for every language model: sizes, saving, evaluation on plain ids.

#include "models/language_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "models/language_model_eval.h"
#include "models/language_model_family.h"
#include "models/model_sizes.h"
#include "models/safetensors.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/language_model_parity.h"
#include "tests/models/model_folder.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// What `rnb list models` and a sweep's estimate say of a size is what the model has.
TEST(ModelSizes, CountTheParametersThatAModelHas) {
  for (const ModelSize& size : model_sizes()) {
    for (const int64_t context : {int64_t{0}, int64_t{16}, int64_t{300}}) {
      const auto model = make_language_model(size.name, 100, context, 1, torch::kMeta);
      EXPECT_EQ(parameter_count(size, 100, context), model->parameter_count()) << size.name << context;
    }
  }
}

TEST(LanguageModels, AreRegisteredUnderTheNamesOfTheirFiles) {
  EXPECT_THAT(registered_names<LanguageModelFamily>(), testing::UnorderedElementsAreArray(model_types()));
  for (const SizedFamily& family : registry<SizedFamily>())
    EXPECT_NE(find_registered<LanguageModelFamily>(family.name), nullptr) << family.name;
}

TEST(LanguageModels, TakeNoLongerContextThanAFolderHasPositions) {
  const std::string folder = (kModelFixtures / "gpt_neo/plain").string();
  EXPECT_EQ(make_language_model(folder, 0, 0, 0, torch::kMeta)->context(), 32);
  EXPECT_EQ(make_language_model(folder, 0, 20, 0, torch::kMeta)->context(), 20);
  EXPECT_THROW(make_language_model(folder, 0, 33, 0, torch::kMeta), UsageError);
  EXPECT_EQ(make_language_model("pico", 64, 300, 0, torch::kMeta)->context(), 300);
}

// What a tokenizer's folder says of the tokens that begin and end a text belongs to it, whatever the model.
TEST(LanguageModels, KeepTheSpecialIdsOfAFolder) {
  for (const char* fixture : {"gpt_neo/plain", "qwen2/grouped"}) {
    const ModelFolder folder(kModelFixtures / fixture);
    auto config = folder.config();
    config["bos_token_id"] = 5;
    config["eos_token_id"] = {6, 7};
    config["pad_token_id"] = nullptr;
    folder.write(config);
    const ScratchFolder scratch;
    save_hugging_face(*folder.load(), scratch.path() / "saved");
    auto saved = read_json_file(scratch.path() / "saved/config.json");
    for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"})
      EXPECT_EQ(saved.at(key), config.at(key)) << fixture << " " << key;
    for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"}) config.erase(key);
    folder.write(config);
    saved = folder.shapes()->config();
    for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"})
      EXPECT_FALSE(saved.contains(key)) << fixture << " " << key;
  }
  // A named size has no tokenizer of its own; of an absent key transformers would make 50256.
  EXPECT_EQ(make_language_model("pico", 64, 0, 0, torch::kMeta)->config().at("eos_token_id"), nullptr);
}

TEST(SaveHuggingFace, ReplacesAnEarlierSaveAndTouchesNothingElse) {
  const ScratchFolder scratch;
  const fs::path folder = scratch.path() / "model";
  save_hugging_face(*make_language_model("pico", 64, 0, 1, torch::kCPU), folder);
  scratch.write("model/tokenizer.json", "mine");
  const auto second = make_language_model("pico", 64, 0, 2, torch::kCPU);
  save_hugging_face(*second, folder);
  EXPECT_EQ(read_text_file(folder / "tokenizer.json"), "mine");
  EXPECT_TRUE(torch::equal(load_safetensors(folder).at("transformer.wte.weight"), second->head_weight()));
}

TEST(SaveHuggingFace, RefusesAFolderThatItDidNotWrite) {
  const ScratchFolder scratch;
  const auto model = make_language_model("pico", 64, 0, 1, torch::kCPU);
  const auto refused = [&](const fs::path& folder) {
    try {
      save_hugging_face(*model, folder);
    } catch (const Error& e) {
      return std::string(e.what()).find(folder.string()) != std::string::npos;
    }
    return false;
  };
  fs::create_directories(scratch.path() / "notes");
  scratch.write("notes/plan.txt", "mine");
  EXPECT_TRUE(refused(scratch.path() / "notes"));
  EXPECT_EQ(read_text_file(scratch.path() / "notes/plan.txt"), "mine");
  EXPECT_FALSE(fs::exists(scratch.path() / "notes/model.safetensors"));

  // Somebody else's model: the same two names, another producer.
  const fs::path other = scratch.path() / "other";
  fs::copy(fs::path(RNB_SOURCE_DIR "/tests/models/fixtures/gpt_neo/plain"), other);
  const std::string weights = read_text_file(other / "model.safetensors");
  EXPECT_TRUE(refused(other));
  EXPECT_EQ(read_text_file(other / "model.safetensors"), weights);

  scratch.write("file", "mine");
  EXPECT_TRUE(refused(scratch.path() / "file"));
  fs::create_directories(scratch.path() / "empty");
  EXPECT_FALSE(refused(scratch.path() / "empty"));
  EXPECT_TRUE(fs::exists(scratch.path() / "empty/config.json"));
}

TEST(LanguageModelEval, BatchesGiveTheMeanOfTheSingleSequences) {
  const auto model = make_language_model("pico", 64, 0, 5, torch::kCPU);
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "ids.npy";
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 700 * 8; ++i) ids.push_back(i * i % 64);  // 512 sequences fill a batch
  write_npy<int64_t>(file, ids, {700, 8});
  const double together = eval_ids(*model, NpyArray(file), "");
  const torch::NoGradGuard no_grad;
  const auto all = torch::tensor(ids).reshape({700, 8});
  const auto logits = model->hidden(all).matmul(model->head_weight().t()).slice(1, 0, 7);
  const auto expected =
      torch::cross_entropy_loss(logits.reshape({-1, 64}), all.slice(1, 1).reshape(-1)).item<double>();
  EXPECT_NEAR(together, expected, 1e-5);
}

TEST(LanguageModelEval, LeavesNothingBehindWhenASequenceIsTooLong) {
  const auto model = make_language_model("pico", 64, 0, 5, torch::kCPU);
  const ScratchFolder scratch;
  const fs::path folder = scratch.path();
  fs::create_directories(folder / "out");
  write_npy<int64_t>(folder / "ids.npy", std::vector<int64_t>(40, 1), {1, 40});
  EXPECT_THROW(eval_ids(*model, NpyArray(folder / "ids.npy"), (folder / "out/logits.npy").string()), Error);
  EXPECT_TRUE(fs::is_empty(folder / "out"));
}

}  // namespace
}  // namespace rnb
