// A training step of every model on the stand-in device: no operator sees a CPU tensor, what crosses between
// host and device is exactly what is named here, and the numbers are the CPU's.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/device/device.h"
#include "harness/trainer/adamw.h"
#include "harness/trainer/domain_gradients.h"
#include "models/clip.h"
#include "models/contrastive_head.h"
#include "models/fused_head.h"
#include "models/language_model.h"
#include "models/text_encoder.h"
#include "tests/device/stand_in.h"
#include "tests/models/encoder/tensors_of.h"

namespace rnb {
namespace {

constexpr int64_t kRows = 4, kTime = 12, kVocabulary = 64, kCounted = 24;

struct StepResult {
  double loss = 0, norm = 0;
  std::vector<double> dot, squared_norms;
  std::vector<NamedParameter> parameters;
  std::vector<std::string> crossings;  // of the step, its parameters apart
};

std::vector<std::string> crossings() {
  std::vector<std::string> out;
  for (const Crossing& c : take_crossings()) out.push_back(to_string(c));
  return out;
}

// After the head: what the trainer does with it, and the method's signal.
void finish_step(const HeadOutput& head, DomainGradients& signal, AdamW& optimiser, StepResult& out) {
  head.loss.backward();
  out.loss = head.loss.item<double>();
  out.norm = optimiser.clip_grad_norm(1.0);
  optimiser.step(1e-2);
  signal.end_step();
  const GradientGram gram = signal.gram();
  out.dot = gram.dot;
  out.squared_norms = gram.squared_norms;
  out.crossings = crossings();
}

StepResult language_step(const std::string& size, torch::Device device, Activations activations,
                         const std::vector<std::string>& layers) {
  const auto model = make_language_model(size, kVocabulary, kTime, /*seed=*/1, device);
  model->keep_activations(activations);
  AdamW optimiser(model->parameters(), {});
  Ledger ledger;
  DomainGradients signal(layers, 2, /*accumulation=*/1, /*step_norms=*/true, ledger);
  crossings();
  const auto ids = (torch::arange(kRows * kTime) * 7 % kVocabulary).view({kRows, kTime});
  const auto places = torch::arange(0, 2 * kCounted, 2);
  const auto x = to_device(ids, device), rows = to_device(places, device),
             targets = to_device(places * 5 % kVocabulary, device),
             weight = to_device(torch::full({kCounted}, 1.0 / kCounted), device);
  signal.begin_microbatch({{0, 2, 12.0}, {1, 4, 12.0}}, kCounted);
  model->track(&signal);
  const auto states = model->hidden(x);
  const auto counted = states.reshape({-1, states.size(-1)}).index_select(0, rows).to(torch::kFloat32);
  StepResult out;
  out.parameters = model->parameters();
  finish_step(fused_head(counted, model->head_weight(), targets, weight, {{0, 12}, {1, kCounted}}, &signal),
              signal, optimiser, out);
  return out;
}

StepResult clip_step(torch::Device device, Activations activations) {
  ClipConfig shape;
  shape.text = {.width = 16, .layers = 2, .heads = 2, .inner = 32};
  shape.vision = {.width = 24, .layers = 2, .heads = 2, .inner = 48};
  shape.vocab_size = kVocabulary;
  shape.positions = kTime;
  shape.eos_token_id = kVocabulary - 1;
  shape.image_size = 16;
  shape.patch_size = 8;
  shape.embedding = 12;
  Clip model(shape, /*seed=*/1, device);
  model.keep_activations(activations);
  AdamW optimiser(model.parameters(), {});
  Ledger ledger;
  DomainGradients signal({"visual_projection", "text_projection"}, 2, 1, true, ledger);
  crossings();
  const auto pixels =
      to_device(torch::arange(kRows * 3 * 16 * 16, torch::kFloat32).sin().view({kRows, 3, 16, 16}), device);
  const auto ids = to_device((torch::arange(kRows * kTime) * 7 % kVocabulary).view({kRows, kTime}), device);
  const auto ends = to_device(torch::full({kRows}, kTime - 1, torch::kInt64), device);
  const auto weight = to_device(torch::full({kRows}, 1.0 / kRows), device);
  signal.begin_microbatch({{0, 2, 2.0}, {1, 4, 2.0}}, kRows);
  model.track(&signal);
  const auto image = model.image_features(pixels), text = model.text_features(ids, ends);
  StepResult out;
  out.parameters = model.parameters();
  finish_step(
      contrastive_head({image, text, model.image_projection(), model.text_projection(), model.logit_scale()},
                       weight, {{0, 2}, {1, 4}}, &signal),
      signal, optimiser, out);
  return out;
}

void expect_the_cpus_numbers(const StepResult& got, const StepResult& want) {
  using testing::DoubleNear;
  using testing::Pointwise;
  EXPECT_NEAR(got.loss, want.loss, 1e-5);
  EXPECT_NEAR(got.norm, want.norm, 1e-4 * want.norm);
  const double size = *std::max_element(want.dot.begin(), want.dot.end());
  EXPECT_GT(size, 0);
  EXPECT_THAT(got.dot, Pointwise(DoubleNear(1e-4 * size), want.dot));
  EXPECT_THAT(got.squared_norms, Pointwise(DoubleNear(1e-4 * size), want.squared_norms));
  ASSERT_EQ(got.parameters.size(), want.parameters.size());
  for (size_t i = 0; i < want.parameters.size(); ++i) {
    EXPECT_TRUE(got.parameters[i].tensor.device() == stand_in()) << want.parameters[i].name;
    EXPECT_TRUE(got.parameters[i].tensor.grad().device() == stand_in()) << want.parameters[i].name;
    // Gradients after clipping to norm 1: a parameter may move by the whole learning rate where its gradient
    // is rounding.
    EXPECT_LT((got.parameters[i].tensor.grad().to(torch::kCPU) - want.parameters[i].tensor.grad())
                  .abs()
                  .max()
                  .item<double>(),
              1e-5)
        << want.parameters[i].name;
  }
}

// The inputs, all pinned.
const std::vector<std::string> kInputs{"PinnedUpload Long 48", "PinnedUpload Long 24", "PinnedUpload Long 24",
                                       "PinnedUpload Float 24"};

std::vector<std::string> with_parameter_norms(std::vector<std::string> before, const StepResult& step,
                                              size_t dots) {
  before.emplace_back("Item Float 1");                                         // the loss
  before.push_back(fmt::format("Download Float {}", step.parameters.size()));  // their gradients' norms
  before.insert(before.end(), dots, "Item Float 1");                           // the Gram matrix
  return before;
}

class LanguageModels : public testing::TestWithParam<std::tuple<const char*, Activations>> {};

TEST_P(LanguageModels, TakeAStepOnTheDevice) {
  const auto& [size, activations] = GetParam();
  const std::vector<std::string> layers{"lm_head"};
  const auto got = language_step(size, stand_in(), activations, layers),
             want = language_step(size, torch::kCPU, activations, layers);
  expect_the_cpus_numbers(got, want);
  auto expected = kInputs;
  expected.insert(expected.end(), 2, "Item Double 1");  // the step's own norm of each domain's gradient
  EXPECT_EQ(got.crossings, with_parameter_norms(expected, got, 3));
}

TEST_P(LanguageModels, ShowTheTrackerTheirBodyLayersOnTheDevice) {
  const auto& [size, activations] = GetParam();
  auto layers = make_language_model(size, kVocabulary, kTime, 1, torch::kCPU)->linear_names();
  const auto got = language_step(size, stand_in(), activations, layers),
             want = language_step(size, torch::kCPU, activations, layers);
  expect_the_cpus_numbers(got, want);
}

std::string word_of(Activations activations) {
  return activations == Activations::Keep ? "Keep" : "Recompute";
}

INSTANTIATE_TEST_SUITE_P(Device, LanguageModels,
                         testing::Combine(testing::Values("pico", "qwen2-pico"),
                                          testing::Values(Activations::Keep, Activations::Recompute)),
                         [](const auto& made) {
                           std::string name = std::get<0>(made.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name + "_" + word_of(std::get<1>(made.param));
                         });

class ClipOnADevice : public testing::TestWithParam<Activations> {};

TEST_P(ClipOnADevice, TakesAStep) {
  const auto got = clip_step(stand_in(), GetParam()), want = clip_step(torch::kCPU, GetParam());
  expect_the_cpus_numbers(got, want);
  std::vector<std::string> expected{"PinnedUpload Float 3072", "PinnedUpload Long 48", "PinnedUpload Long 4",
                                    "PinnedUpload Float 4"};
  expected.insert(expected.end(), 4, "Item Float 1");  // of two domains, of two projections
  EXPECT_EQ(got.crossings, with_parameter_norms(expected, got, 6));
}

INSTANTIATE_TEST_SUITE_P(Device, ClipOnADevice, testing::Values(Activations::Keep, Activations::Recompute),
                         [](const auto& made) { return word_of(made.param); });

// Encoders are never trained here: they embed.
TEST(EncodersOnADevice, EmbedTexts) {
  for (const char* name : {"tiny", "modernbert/alternating", "modernbert/every_second"}) {
    SCOPED_TRACE(name);
    const auto folder = kEncoderFixtures / name;
    const auto ids = tensor_of<int64_t>(folder / "ids.npy"), mask = tensor_of<int64_t>(folder / "mask.npy");
    const auto encoder = load_text_encoder(folder, stand_in());
    const auto x = to_device(ids, stand_in()), marks = to_device(mask, stand_in());
    crossings();
    const auto got = encoder->encode(x, marks), still = encoder->encode_static(x, marks);
    // The check of the mask, twice, and whether there is padding.
    EXPECT_EQ(crossings(), (std::vector<std::string>{"Item Bool 1", "Item Bool 1", "Item Bool 1"}));
    EXPECT_LT((got.to(torch::kCPU) - tensor_of<float>(folder / "vectors.npy")).abs().max().item<double>(),
              1e-5);
    EXPECT_LT((still.to(torch::kCPU) - tensor_of<float>(folder / "static.npy")).abs().max().item<double>(),
              1e-5);
  }
}

}  // namespace
}  // namespace rnb
