// `rnb eval`: the loss of a model.

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/core.h>
#include <torch/torch.h>

#include "base/error.h"
#include "datasets/store/grouping.h"
#include "harness/commands/clip_command.h"
#include "harness/commands/command.h"
#include "harness/device/device.h"
#include "harness/tasks/evaluator.h"
#include "harness/tasks/task.h"
#include "models/clip_sizes.h"
#include "models/language_model_eval.h"

namespace rnb {
namespace {

struct StoreEval {
  std::string model, store, split, device, zero_shot;
  int64_t batch = 32;
  bool json = false;
};

int eval_store(const StoreEval& options) {
  const Store store(options.store);
  const auto* const found = std::find(kSplitNames.begin(), kSplitNames.end(), options.split);
  if (found == kSplitNames.end())
    fail_usage("eval", "--split '{}' is not train, valid or test", options.split);
  Experiment e;
  e.model = options.model;
  e.zero_shot = options.zero_shot;
  const auto task = make_task(e, store, resolve_device(options.device));
  check_task(e, *task);
  const auto examples = store.examples(static_cast<Split>(found - kSplitNames.begin()));
  const auto losses = task->evaluate(examples, options.batch);
  auto event = eval_event(losses, examples, store, original_grouping(store), options.split, 0);
  event.erase("active");
  event.erase("event");
  event.erase("step");
  const auto scores = task->scores(examples);
  if (options.json) {
    if (!scores.is_null()) event["scores"] = scores;
    event["domains"] = store.domain_names();
    fmt::print("{}\n", event.dump(1));
    return 0;
  }
  fmt::print("{:40} {:>10} {:>10}\n", "domain", "tokens", "loss");
  for (size_t d = 0; d < store.domain_names().size(); ++d) {
    const auto& loss = event["original"]["loss"][d];
    fmt::print("{:40} {:>10} {:>10.4f}\n", store.domain_names()[d],
               event["original"]["tokens"][d].get<int64_t>(),
               loss.is_number() ? loss.get<double>() : std::nan(""));
  }
  fmt::print("{:40} {:>10} {:>10.4f}   accuracy {:.4f}\n", "all", event["tokens"].get<int64_t>(),
             event["loss"].get<double>(), event["accuracy"].get<double>());
  for (const auto& [name, value] : scores.items()) fmt::print("{:40} {:>10.4f}\n", name, value.get<double>());
  if (losses.cut > 0) fmt::print(stderr, "{} examples were longer than the context and cut\n", losses.cut);
  return 0;
}

struct EvalOptions {
  std::string model, ids, logits, pixels, out, zero_shot, store, split, device;
  int64_t batch = 0;
  bool json = false;
};

EvalOptions options_of(const CommandInput& input) {
  return {.model = input.text("model"),
          .ids = input.text("ids"),
          .logits = input.text("logits"),
          .pixels = input.text("pixels"),
          .out = input.text("out"),
          .zero_shot = input.text("zero-shot"),
          .store = input.text("store"),
          .split = input.text("split"),
          .device = input.text("device"),
          .batch = input.get<int64_t>("batch"),
          .json = input.has("json")};
}

void check(const EvalOptions& o, bool clip) {
  if (!clip && (!o.pixels.empty() || !o.out.empty()))
    fail_usage("eval", "{}: --pixels and --out are for a CLIP (model_type clip)", o.model);
  if ((o.ids.empty() && o.pixels.empty()) == o.store.empty())
    fail_usage("eval", "exactly one of --ids{} and --store must be given", clip ? " (with --pixels)" : "");
  if (clip && !o.logits.empty()) fail_usage("eval", "--logits is for a language model; a CLIP writes --out");
  if (!o.zero_shot.empty() && o.store.empty())
    fail_usage("eval", "--zero-shot needs --store, whose tokenizer it uses");
  if (o.batch < 1) fail_usage("eval", "--batch {}; expected 1 or more", o.batch);
  if (!o.logits.empty() && o.ids.empty()) fail_usage("eval", "--logits needs --ids");
}

int eval(const CommandInput& input) {
  const EvalOptions o = options_of(input);
  if (o.model.empty()) fail_usage("eval", "--model is missing");
  const bool clip = is_clip(o.model);
  check(o, clip);
  at::set_num_threads(threads_of(input, "eval"));
  const auto device = resolve_device(o.device);
  if (!std::filesystem::is_directory(o.model))
    fail("eval", "{}: is not a folder; expected config.json and model.safetensors in it", o.model);
  if (!o.store.empty())
    return eval_store({o.model, o.store, o.split, o.device, o.zero_shot, o.batch, o.json});
  if (clip) return clip_command({o.model, o.ids, o.pixels, o.out, o.device, o.json});
  const auto model = make_language_model(o.model, 0, 0, 0, device);
  const double loss = eval_ids(*model, NpyArray(o.ids), o.logits, device);
  if (o.json) {
    fmt::print("{}\n", nlohmann::json{{"loss", loss}}.dump());
  } else {
    fmt::print("loss {:.6f}\n", loss);
  }
  return 0;
}

}  // namespace

RNB_REGISTER(TrainedCommand, .name = "eval", .run = eval);

}  // namespace rnb
