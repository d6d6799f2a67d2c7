#include "models/clip_eval.h"

#include "base/error.h"
#include "models/contrastive_head.h"

namespace rnb {
namespace {

constexpr int64_t kRows = 32;  // a batch of one tower

torch::Tensor text_embeds(Clip& model, const NpyArray& ids, torch::Device device, torch::Tensor& features) {
  if (ids.shape().size() != 2 || ids.shape()[0] < 1 || ids.shape()[1] < 1)
    fail("clip", "ids have shape [{}]; expected n x T", fmt::join(ids.shape(), ", "));
  const auto values = ids.values<int64_t>();
  for (const int64_t id : values)
    if (id < 0 || id >= model.config().vocab_size)
      fail("clip", "token id {} is outside the model's vocabulary of {}", id, model.config().vocab_size);
  auto all = torch::empty(ids.shape(), torch::kInt64);
  std::copy(values.begin(), values.end(), all.data_ptr<int64_t>());
  std::vector<torch::Tensor> parts;
  for (const auto& part : all.split(kRows)) {
    const auto here = part.to(device);
    parts.push_back(model.text_features(here, model.ends_of(here)));
  }
  features = torch::cat(parts);
  return model.text_embeddings(features);
}

torch::Tensor image_embeds(Clip& model, const NpyArray& pixels, torch::Device device,
                           torch::Tensor& features) {
  const int64_t s = model.config().image_size;
  const auto& shape = pixels.shape();
  if (shape.size() != 4 || shape[0] < 1 || shape[1] != 3 || shape[2] != s || shape[3] != s)
    fail("clip", "pixels have shape [{}]; expected n x 3 x {} x {}", fmt::join(shape, ", "), s, s);
  const auto values = pixels.values<float>();
  std::vector<torch::Tensor> parts;
  const auto each = static_cast<size_t>(3 * s * s);
  for (int64_t begin = 0; begin < shape[0]; begin += kRows) {
    const int64_t n = std::min(kRows, shape[0] - begin);
    auto part = torch::empty({n, 3, s, s}, torch::kFloat32);
    std::copy_n(values.data() + static_cast<size_t>(begin) * each, static_cast<size_t>(n) * each,
                part.data_ptr<float>());
    parts.push_back(model.image_features(part.to(device)));
  }
  features = torch::cat(parts);
  return model.image_embeddings(features);
}

}  // namespace

ClipArrays eval_arrays(Clip& model, const NpyArray* ids, const NpyArray* pixels, torch::Device device) {
  const torch::InferenceMode inference;
  ClipArrays out;
  torch::Tensor texts, images;
  if (ids) out.text_embeds = text_embeds(model, *ids, device, texts).to(torch::kCPU).contiguous();
  if (pixels) out.image_embeds = image_embeds(model, *pixels, device, images).to(torch::kCPU).contiguous();
  if (ids && pixels && texts.size(0) == images.size(0)) {
    const int64_t n = texts.size(0);
    const auto weight = torch::full({n}, 1.0 / static_cast<double>(n), texts.options());
    out.loss = contrastive_head(
                   {images, texts, model.image_projection(), model.text_projection(), model.logit_scale()},
                   weight, {{0, n}}, nullptr)
                   .loss.item<double>();
  }
  return out;
}

}  // namespace rnb
