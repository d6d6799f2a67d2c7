#include "harness/tasks/task.h"

#include "base/error.h"
#include "datasets/store/image_store.h"
#include "harness/tasks/clip_task.h"
#include "harness/tasks/language_task.h"
#include "models/clip_sizes.h"

namespace rnb {

int64_t Task::parameter_count() const {
  int64_t n = 0;
  for (const NamedParameter& p : parameters()) n += p.tensor.numel();
  return n;
}

std::unique_ptr<Task> make_task(const Experiment& e, const Store& store, torch::Device device) {
  if (!is_clip(e.model)) return std::make_unique<LanguageTask>(e, store, device);
  if (!has_images(store))
    fail("model", "{} is a CLIP, and the store {} has no images; prepare one with --dataset datacomp",
         e.model, store.folder().string());
  return std::make_unique<ClipTask>(e, store, device);
}

void check_task(const Experiment& e, const Task& task) {
  if (e.pack && task.context() == 0)
    fail_usage("pack", "pack = on fills rows with text; {} reads pairs", e.model);
  if (!e.zero_shot.empty() && !is_clip(e.model))
    fail_usage("zero-shot", "zero-shot classifies images with a CLIP; {} is none", e.model);
}

}  // namespace rnb
