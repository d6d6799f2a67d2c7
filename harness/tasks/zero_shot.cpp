#include "harness/tasks/zero_shot.h"

#include <algorithm>

#include "base/error.h"
#include "base/json_file.h"
#include "base/parallel.h"
#include "datasets/images/clip_pixels.h"
#include "harness/device/device.h"
#include "harness/tasks/clip_batch.h"

namespace rnb {
namespace {

constexpr size_t kTexts = 256, kImages = 64;  // embedded at once

std::vector<int32_t> tokens_of(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<int32_t> ids;
  if (tokenizer.bos_id() >= 0) ids.push_back(tokenizer.bos_id());
  const auto words = tokenizer.encode(text);
  ids.insert(ids.end(), words.begin(), words.end());
  ids.push_back(std::max(tokenizer.eos_id(), 0));  // its place, which the model's own end-of-text takes
  return ids;
}

// [classes, E]
torch::Tensor class_vectors(Clip& model, const Tokenizer& tokenizer, const LabelledTask& task,
                            torch::Device device) {
  std::vector<std::vector<int32_t>> texts;
  for (const std::string& words : task.classes)
    for (const std::string& t : task.templates) texts.push_back(tokens_of(tokenizer, prompt_of(t, words)));
  std::vector<torch::Tensor> parts;
  for (size_t begin = 0; begin < texts.size(); begin += kTexts) {
    const auto end = texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), begin + kTexts));
    const TextBatch batch = collate_texts(model.config(), model.config().positions,
                                          {texts.begin() + static_cast<std::ptrdiff_t>(begin), end});
    parts.push_back(model.text_embeddings(
        model.text_features(to_device(batch.ids, device), to_device(batch.ends, device))));
  }
  const auto all = torch::cat(parts);
  return unit_rows(all.reshape({static_cast<int64_t>(task.classes.size()), -1, all.size(1)}).mean(1));
}

}  // namespace

ZeroShotScore classify(Clip& model, const Tokenizer& tokenizer, const LabelledTask& task,
                       torch::Device device) {
  const torch::InferenceMode inference;
  const auto classes = class_vectors(model, tokenizer, task, device);
  const int64_t side = model.config().image_size;
  const auto each = static_cast<size_t>(3 * side * side);
  std::vector<int64_t> right(task.classes.size()), seen(task.classes.size());
  ZeroShotScore score;
  for (size_t begin = 0; begin < task.images.size(); begin += kImages) {
    const auto n = static_cast<int64_t>(std::min(kImages, task.images.size() - begin));
    auto pixels = torch::zeros({n, 3, side, side}, torch::kFloat32);
    float* const out = pixels.data_ptr<float>();
    std::vector<char> readable(static_cast<size_t>(n));
    parallel_for(n, at::get_num_threads(), [&](int64_t i) {
      const auto at = static_cast<size_t>(i);
      try {
        const std::string content = read_text_file(task.images[begin + at].file);
        const Image image = decode_image(std::as_bytes(std::span(content)));
        normalised_pixels(centre_square(image, static_cast<int>(side)), {out + at * each, each});
        readable[at] = 1;
      } catch (const Error&) {
      }
    });
    const auto best = model.image_embeddings(model.image_features(to_device(pixels, device)))
                          .mm(classes.t())
                          .argmax(1)
                          .to(torch::kCPU)
                          .contiguous();
    for (size_t i = 0; i < readable.size(); ++i) {
      if (!readable[i]) {
        ++score.unreadable;
        continue;
      }
      const size_t label = task.images[begin + i].label;
      ++seen[label];
      right[label] += best.data_ptr<int64_t>()[i] == static_cast<int64_t>(label);
    }
  }
  int64_t correct = 0, counted = 0;
  for (size_t c = 0; c < right.size(); ++c) {
    score.images += seen[c];
    correct += right[c];
    if (seen[c] == 0) continue;
    score.class_accuracy += static_cast<double>(right[c]) / static_cast<double>(seen[c]);
    ++counted;
  }
  if (score.images == 0) fail("zero-shot", "{}: none of its images can be read", task.name);
  score.accuracy = static_cast<double>(correct) / static_cast<double>(score.images);
  score.class_accuracy /= static_cast<double>(counted);
  return score;
}

std::map<std::string, double> zero_shot_scores(Clip& model, const Tokenizer& tokenizer,
                                               const std::filesystem::path& folder, torch::Device device) {
  std::map<std::string, double> out;
  double sum = 0;
  const auto tasks = read_labelled_images(folder);
  for (const LabelledTask& task : tasks) {
    const ZeroShotScore score = classify(model, tokenizer, task, device);
    if (score.unreadable > 0)
      fmt::print(stderr, "zero-shot: {}: {} of {} images cannot be read and are left out\n", task.name,
                 score.unreadable, score.unreadable + score.images);
    out["zero_shot/" + task.name] = score.accuracy;
    out["zero_shot_by_class/" + task.name] = score.class_accuracy;
    sum += score.accuracy;
  }
  out["zero_shot"] = sum / static_cast<double>(tasks.size());
  return out;
}

}  // namespace rnb
