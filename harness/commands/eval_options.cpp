// `rnb eval` as the command line shows it; eval_command.cpp runs it.

#include "harness/commands/command.h"
#include "harness/commands/experiment_choices.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb eval");
  auto add = options.add_options();
  add("model", po::value<std::string>(), "Hugging Face folder (config.json + safetensors)");
  add("ids", po::value<std::string>(),
      "int64 .npy of token ids, n x T, no padding: loss = mean over n (T - 1) places");
  add("logits", po::value<std::string>(), "with --ids: write the float32 logits, n x T x V, to this .npy");
  add("pixels", po::value<std::string>(),
      "of a CLIP: float32 .npy of normalised pixels, n x 3 x S x S, the pairs of --ids");
  add("out", po::value<std::string>(),
      "of a CLIP, with --ids or --pixels: write image_embeds, text_embeds and loss to this .npz");
  add("store", po::value<std::string>(), "prepared store: loss per domain");
  add("zero-shot", po::value<std::string>(),
      "with --store, of a CLIP: classify a folder of labelled images (classes.txt and a folder per class, or "
      "such tasks) with the store's tokenizer");
  add("batch", po::value<int64_t>()->default_value(32),
      "with --store: examples per batch; a CLIP's loss depends on it");
  add("split", po::value<std::string>()->default_value("test"), "with --store: train, valid or test");
  add("json", "print JSON");
  add("device", po::value<std::string>()->default_value("cpu"), "cpu or cuda[:n]");
  add_threads_option(options);
  return options;
}

ChoicesByOption choices() {
  return {{"split", {{"train", "valid", "test"}}}, {"device", {names_of_devices()}}};
}

}  // namespace

RNB_REGISTER(Command, .name = "eval", .section = Section::Models,
             .summary = "loss of a model on a prepared store or on token ids", .options = described,
             .choices = choices);

}  // namespace rnb
