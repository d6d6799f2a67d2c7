#include "harness/eval_command.h"

#include <thread>

#include <fmt/core.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "harness/evaluator.h"
#include "harness/trainer.h"
#include "models/language_model_eval.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

int eval_store(LanguageModel& model, const std::string& folder, const std::string& split_name, bool json,
               torch::Device device) {
  const Store store(folder);
  const auto* const found = std::find(kSplitNames.begin(), kSplitNames.end(), split_name);
  if (found == kSplitNames.end()) fail_usage("eval", "--split '{}' is not train, valid or test", split_name);
  if (model.vocab_size() < store.vocab_size())
    fail("eval", "the model has {} token ids, the store {}; it was prepared with another tokenizer",
         model.vocab_size(), store.vocab_size());
  const auto examples = store.examples(static_cast<Split>(found - kSplitNames.begin()));
  const auto losses = evaluate(model, store, examples, model.context(), 32, device);
  auto event = eval_event(losses, examples, store, original_grouping(store), split_name, 0);
  event.erase("active");
  event.erase("event");
  event.erase("step");
  if (json) {
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
  if (losses.cut > 0) fmt::print(stderr, "{} examples were longer than the context and cut\n", losses.cut);
  return 0;
}

}  // namespace

int eval_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb eval");
  std::string model_folder, ids, logits, store, split = "test", device_name = "cpu";
  int threads = 0;
  auto add = options.add_options();
  add("model", po::value(&model_folder), "Hugging Face folder (config.json + safetensors)");
  add("ids", po::value(&ids),
      "int64 .npy of token ids, n x T, no padding: loss = mean over n (T - 1) places");
  add("logits", po::value(&logits), "with --ids: write the float32 logits, n x T x V, to this .npy");
  add("store", po::value(&store), "prepared store: loss per domain");
  add("split", po::value(&split), "with --store: train, valid or test (default test)");
  add("json", "print JSON");
  add("device", po::value(&device_name), "cpu or cuda[:n]");
  add("threads", po::value(&threads), "0: all cores");
  po::variables_map values;
  if (!parse_command_line(args, {"eval", "", "loss of a model on token ids or on a prepared store"}, options,
                          values))
    return 0;
  if (model_folder.empty()) fail_usage("eval", "--model is missing");
  if (ids.empty() == store.empty()) fail_usage("eval", "exactly one of --ids and --store must be given");
  if (!logits.empty() && ids.empty()) fail_usage("eval", "--logits needs --ids");
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const auto device = resolve_device(device_name);
  if (!std::filesystem::is_directory(model_folder))
    fail("eval", "{}: is not a folder; expected config.json and model.safetensors in it", model_folder);
  const auto model = make_language_model(model_folder, 0, 0, 0, device);
  if (!store.empty()) return eval_store(*model, store, split, values.count("json") > 0, device);
  const double loss = eval_ids(*model, NpyArray(ids), logits);
  if (values.count("json")) {
    fmt::print("{}\n", nlohmann::json{{"loss", loss}}.dump());
  } else {
    fmt::print("loss {:.6f}\n", loss);
  }
  return 0;
}

}  // namespace rnb
