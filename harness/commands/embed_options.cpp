// `rnb embed` as the command line shows it; embed_command.cpp runs it.

#include "harness/commands/command.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

po::options_description described() {
  po::options_description options("Options of rnb embed");
  auto add = options.add_options();
  add("model", po::value<std::string>(),
      "Hugging Face folder of BERT or ModernBERT; default: the installed MiniLM");
  add("ids", po::value<std::string>(), "int64 .npy of token ids, n x T");
  add("mask", po::value<std::string>(), "int64 .npy, 1 for a token, 0 for padding, n x T");
  add("texts", po::value<std::string>(), "UTF-8 file, one text per line");
  add("prompt", po::value<std::string>(),
      "with --texts: what is put before each, by its name in the folder's config_sentence_transformers.json "
      "(default: the folder's default_prompt_name)");
  add("pixels", po::value<std::string>(),
      "of a CLIP: float32 .npy of normalised pixels, n x 3 x S x S; --out is an .npz");
  add("mode", po::value<std::string>()->default_value("encoder"),
      "encoder, or static: the mean of the token embeddings");
  add("out", po::value<std::string>(), "float32 .npy, n x dim: mean-pooled vectors of unit length");
  add_threads_option(options);
  return options;
}

ChoicesByOption choices() {
  return {{"mode", {{"encoder", "static"}}}};
}

}  // namespace

RNB_REGISTER(Command, .name = "embed", .section = Section::Models,
             .summary = "vectors of texts from an encoder", .options = described, .choices = choices);

}  // namespace rnb
