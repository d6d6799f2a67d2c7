// Parity with transformers: a random BertModel that it saved, and what it computed
// (tests/oracle/bert_fixtures.py).

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json_file.h"
#include "models/safetensors.h"
#include "models/text_encoder.h"
#include "tests/base/scratch_folder.h"
#include "tests/models/encoder/parity.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {
namespace fs = std::filesystem;

// A copy of the tiny model whose files a test may spoil.
class Bert : public testing::Test {
 protected:
  void SetUp() override { fs::copy(kEncoderFixtures / "tiny", folder_); }

  void configure(const std::string& key, const nlohmann::json& value) {
    auto config = read_json_file(folder_ / "config.json");
    config[key] = value;
    std::ofstream(folder_ / "config.json") << config;
  }
  void expect_refusal(const std::string& words) {
    EXPECT_THAT([&] { load_text_encoder(folder_); },
                testing::ThrowsMessage<Error>(testing::HasSubstr(words)));
  }

  ScratchFolder scratch_;
  fs::path folder_ = scratch_.path() / "tiny";
};

TEST_F(Bert, EncodesAsTransformers) {
  expect_encoder_parity(folder_);
}

TEST_F(Bert, PaddingChangesNothing) {
  const auto encoder = load_text_encoder(folder_);
  const auto ids = tensor_of<int64_t>(folder_ / "ids.npy"), mask = tensor_of<int64_t>(folder_ / "mask.npy");
  const auto together = encoder->encode(ids, mask);
  for (int64_t r = 0; r < ids.size(0); ++r) {
    const int64_t length = mask[r].sum().item<int64_t>();
    const auto alone =
        encoder->encode(ids.slice(0, r, r + 1).slice(1, 0, length), torch::ones({1, length}, torch::kInt64));
    EXPECT_LT((alone[0] - together[r]).abs().max().item<double>(), 1e-6) << "row " << r;
  }
}

TEST_F(Bert, ReadsNamesUnderTheirModelsPrefix) {
  TensorMap renamed;
  for (const auto& [name, tensor] : load_safetensors(folder_)) renamed["bert." + name] = tensor;
  save_safetensors(folder_ / "model.safetensors", renamed);
  expect_encoder_parity(folder_);
}

TEST_F(Bert, RefusesARowWithoutTokens) {
  const auto encoder = load_text_encoder(folder_);
  const auto ids = torch::zeros({2, 3}, torch::kInt64);
  const auto mask = torch::tensor({1, 1, 0, 0, 0, 0}, torch::kInt64).view({2, 3});
  EXPECT_THROW(encoder->encode(ids, mask), Error);
  EXPECT_THROW(encoder->encode(ids, mask.slice(1, 0, 2)), Error);
}

TEST_F(Bert, RefusesMoreTokensThanPositions) {
  const auto encoder = load_text_encoder(folder_);
  const auto ones = torch::ones({1, 21}, torch::kInt64);  // the model has 20 positions
  EXPECT_THROW(encoder->encode(ones, ones), Error);
}

TEST_F(Bert, NamesATensorOfAnotherShape) {
  configure("intermediate_size", 41);
  expect_refusal("encoder.layer.0.intermediate.dense.weight has shape [40, 24]");
}

TEST_F(Bert, NamesAMissingTensor) {
  configure("num_hidden_layers", 4);
  expect_refusal("encoder.layer.3.");
}

TEST_F(Bert, RefusesWhatItDoesNotCompute) {
  configure("hidden_act", "relu");
  expect_refusal("hidden_act 'relu'");
  configure("hidden_act", "gelu");
  configure("position_embedding_type", "relative_key");
  expect_refusal("relative_key");
  configure("position_embedding_type", "absolute");
  configure("num_attention_heads", 5);
  expect_refusal("not a multiple");
  configure("num_attention_heads", 3);
  configure("model_type", "mpnet");
  expect_refusal("mpnet");
}

TEST_F(Bert, AWrongTypeInItsConfigurationIsAnError) {
  for (const char* key : {"hidden_act", "layer_norm_eps", "type_vocab_size", "position_embedding_type"}) {
    const auto before = read_json_file(folder_ / "config.json");
    configure(key, nlohmann::json::array());
    EXPECT_THROW(load_text_encoder(folder_), Error) << key;
    std::ofstream(folder_ / "config.json") << before;
  }
}

}  // namespace
}  // namespace rnb
