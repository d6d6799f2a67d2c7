#include "harness/commands/eval_command.h"

#include <thread>

#include <fmt/core.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "harness/commands/clip_command.h"
#include "harness/tasks/evaluator.h"
#include "harness/trainer/trainer.h"
#include "models/clip_sizes.h"
#include "models/language_model_eval.h"

namespace rnb {
namespace po = boost::program_options;
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

}  // namespace

int eval_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb eval");
  std::string model_folder, ids, logits, pixels, out, zero_shot, store, split = "test", device_name = "cpu";
  int64_t batch = 32;
  int threads = 0;
  auto add = options.add_options();
  add("model", po::value(&model_folder), "Hugging Face folder (config.json + safetensors)");
  add("ids", po::value(&ids),
      "int64 .npy of token ids, n x T, no padding: loss = mean over n (T - 1) places");
  add("logits", po::value(&logits), "with --ids: write the float32 logits, n x T x V, to this .npy");
  add("pixels", po::value(&pixels),
      "of a CLIP: float32 .npy of normalised pixels, n x 3 x S x S, the pairs of --ids");
  add("out", po::value(&out),
      "of a CLIP, with --ids or --pixels: write image_embeds, text_embeds and loss to this .npz");
  add("store", po::value(&store), "prepared store: loss per domain");
  add("zero-shot", po::value(&zero_shot),
      "with --store, of a CLIP: classify a folder of labelled images (classes.txt and "
      "a folder a class, or such tasks) with the store's tokenizer");
  add("batch", po::value(&batch), "with --store: examples a batch; a CLIP's loss depends on it (default 32)");
  add("split", po::value(&split), "with --store: train, valid or test (default test)");
  add("json", "print JSON");
  add("device", po::value(&device_name), "cpu or cuda[:n]");
  add("threads", po::value(&threads), "0: all cores");
  po::variables_map values;
  if (!parse_command_line(args, {"eval", "", "loss of a model on token ids or on a prepared store"}, options,
                          values))
    return 0;
  if (model_folder.empty()) fail_usage("eval", "--model is missing");
  const bool clip = is_clip(model_folder);
  if (!clip && (!pixels.empty() || !out.empty()))
    fail_usage("eval", "{}: --pixels and --out are for a CLIP (model_type clip)", model_folder);
  if ((ids.empty() && pixels.empty()) == store.empty())
    fail_usage("eval", "exactly one of --ids{} and --store must be given", clip ? " (with --pixels)" : "");
  if (clip && !logits.empty()) fail_usage("eval", "--logits is for a language model; a CLIP writes --out");
  if (!zero_shot.empty() && store.empty())
    fail_usage("eval", "--zero-shot needs --store, whose tokenizer it uses");
  if (batch < 1) fail_usage("eval", "--batch {}; expected 1 or more", batch);
  if (!logits.empty() && ids.empty()) fail_usage("eval", "--logits needs --ids");
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const auto device = resolve_device(device_name);
  if (!std::filesystem::is_directory(model_folder))
    fail("eval", "{}: is not a folder; expected config.json and model.safetensors in it", model_folder);
  const bool json = values.count("json") > 0;
  if (!store.empty()) return eval_store({model_folder, store, split, device_name, zero_shot, batch, json});
  if (clip) return clip_command({model_folder, ids, pixels, out, device_name, json});
  const auto model = make_language_model(model_folder, 0, 0, 0, device);
  const double loss = eval_ids(*model, NpyArray(ids), logits, device);
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"loss", loss}}.dump());
  } else {
    fmt::print("loss {:.6f}\n", loss);
  }
  return 0;
}

}  // namespace rnb
