#pragma once
// Zero-shot classification: an image belongs to the class whose prompts lie nearest to it. A class's vector
// is the mean of its prompts' unit vectors, as in OpenAI's prompt ensembles.

#include <map>
#include <string>

#include "datasets/readers/labelled_images.h"
#include "datasets/tokenizer.h"
#include "models/clip.h"

namespace rnb {

struct ZeroShotScore {
  double accuracy = 0;        // over images
  double class_accuracy = 0;  // mean over classes of the accuracy on their images
  int64_t images = 0, unreadable = 0;
};

// Prompts are tokenised as captions of a store with this tokenizer are.
ZeroShotScore classify(Clip& model, const Tokenizer& tokenizer, const LabelledTask& task,
                       torch::Device device);

// "zero_shot" (the mean of the tasks' accuracies) and "zero_shot/<task>". Says on standard error how many
// images could not be read.
std::map<std::string, double> zero_shot_scores(Clip& model, const Tokenizer& tokenizer,
                                               const std::filesystem::path& folder, torch::Device device);

}  // namespace rnb
