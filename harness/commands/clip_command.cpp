#include "harness/commands/clip_command.h"

#include "base/error.h"
#include "datasets/readers/npz.h"
#include "harness/device/device.h"
#include "harness/tasks/task.h"
#include "models/clip_eval.h"

namespace rnb {

int clip_command(const ClipCommand& c) {
  const auto device = resolve_device(c.device);
  Clip model = make_clip(c.model, {}, 0, 0, device);
  std::optional<NpyArray> ids, pixels;
  if (!c.ids.empty()) ids.emplace(c.ids);
  if (!c.pixels.empty()) pixels.emplace(c.pixels);
  const ClipArrays made = eval_arrays(model, ids ? &*ids : nullptr, pixels ? &*pixels : nullptr, device);
  std::map<std::string, FloatArray> arrays;
  const auto add = [&](const char* name, const torch::Tensor& t) {
    if (t.defined()) arrays[name] = {t.sizes().vec(), {t.data_ptr<float>(), static_cast<size_t>(t.numel())}};
  };
  add("image_embeds", made.image_embeds);
  add("text_embeds", made.text_embeds);
  const auto loss = static_cast<float>(made.loss.value_or(0));
  if (made.loss) arrays["loss"] = {{}, {&loss, 1}};
  if (!c.out.empty()) write_npz(c.out, arrays);
  if (!made.loss) return 0;
  if (c.json) {
    fmt::print("{}\n", nlohmann::json{{"loss", *made.loss}}.dump());
  } else {
    fmt::print("loss {:.6f}\n", *made.loss);
  }
  return 0;
}

}  // namespace rnb
