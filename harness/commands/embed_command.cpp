#include "harness/commands/embed_command.h"

#include <algorithm>
#include <thread>

#include <torch/torch.h>
#include <boost/program_options.hpp>

#include "base/command_line.h"
#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "base/text.h"
#include "harness/commands/clip_command.h"
#include "models/clip_sizes.h"
#include "models/sentence_folder.h"
#include "models/text_encoder.h"

namespace rnb {
namespace po = boost::program_options;
namespace {

constexpr int64_t kRowsPerBatch = 32;

std::vector<float> embed_ids(const std::string& model, const std::string& ids_file,
                             const std::string& mask_file, EmbedMode mode, int64_t& rows) {
  const NpyArray ids(ids_file), mask(mask_file);
  if (ids.shape().size() != 2 || ids.shape() != mask.shape())
    fail("embed", "ids have shape [{}], mask [{}]; expected the same n x T", fmt::join(ids.shape(), ", "),
         fmt::join(mask.shape(), ", "));
  const auto encoder = load_text_encoder(model);
  rows = ids.shape()[0];
  const int64_t time = ids.shape()[1];
  for (const int64_t mark : mask.values<int64_t>())
    if (mark != 0 && mark != 1) fail("embed", "{}: mask value {}; expected 0 or 1", mask_file, mark);
  for (const int64_t id : ids.values<int64_t>())
    if (id < 0 || id >= encoder->vocab_size())
      fail("embed", "{}: token id {} is outside the vocabulary of {}", ids_file, id, encoder->vocab_size());
  std::vector<float> out;
  for (int64_t begin = 0; begin < rows; begin += kRowsPerBatch) {
    const int64_t n = std::min(kRowsPerBatch, rows - begin);
    const auto part = [&](const NpyArray& array) {
      auto t = torch::empty({n, time}, torch::kInt64);
      std::copy_n(array.values<int64_t>().data() + begin * time, n * time, t.data_ptr<int64_t>());
      return t;
    };
    const auto vectors = (mode == EmbedMode::Encoder ? encoder->encode(part(ids), part(mask))
                                                     : encoder->encode_static(part(ids), part(mask)))
                             .contiguous();
    out.insert(out.end(), vectors.data_ptr<float>(), vectors.data_ptr<float>() + vectors.numel());
  }
  return out;
}

}  // namespace

int embed_command(const std::vector<std::string>& args) {
  po::options_description options("Options of rnb embed");
  std::string model, ids, mask, texts, pixels, out, prompt, mode = "encoder";
  int threads = 0;
  auto add = options.add_options();
  add("model", po::value(&model), "Hugging Face folder of BERT or ModernBERT; default: the installed MiniLM");
  add("ids", po::value(&ids), "int64 .npy of token ids, n x T");
  add("mask", po::value(&mask), "int64 .npy, 1 for a token, 0 for padding, n x T");
  add("texts", po::value(&texts), "UTF-8 file, one text a line");
  add("prompt", po::value(&prompt),
      "with --texts: what is put before each, by its name in the folder's config_sentence_transformers.json "
      "(default: the folder's default_prompt_name)");
  add("pixels", po::value(&pixels),
      "of a CLIP: float32 .npy of normalised pixels, n x 3 x S x S; --out is an .npz");
  add("mode", po::value(&mode), "encoder, or static: the mean of the token embeddings (default encoder)");
  add("out", po::value(&out), "float32 .npy, n x dim: mean-pooled vectors of unit length");
  add("threads", po::value(&threads), "0: all cores");
  po::variables_map values;
  if (!parse_command_line(args, {"embed", "", "vectors of texts from an encoder"}, options, values)) return 0;
  if (out.empty()) fail_usage("embed", "--out is missing");
  if (!model.empty() && is_clip(model)) {
    if (!texts.empty() || (ids.empty() && pixels.empty()))
      fail_usage("embed", "{} is a CLIP: give --ids, --pixels or both", model);
    if (threads > 0) at::set_num_threads(threads);
    return clip_command({.model = model, .ids = ids, .pixels = pixels, .out = out});
  }
  if (!pixels.empty()) fail_usage("embed", "--pixels needs --model, the folder of a CLIP");
  if (ids.empty() == texts.empty()) fail_usage("embed", "exactly one of --ids and --texts must be given");
  if (ids.empty() != mask.empty()) fail_usage("embed", "--ids and --mask go together");
  if (!prompt.empty() && (texts.empty() || mode == "static"))
    fail_usage("embed", "--prompt goes with --texts and --mode encoder");
  if (mode != "encoder" && mode != "static")
    fail_usage("embed", "--mode '{}'; expected encoder or static", mode);
  if (threads < 0) fail_usage("embed", "--threads {}; expected 0 or more", threads);
  const EmbedMode how = mode == "static" ? EmbedMode::Static : EmbedMode::Encoder;
  if (model.empty()) model = default_encoder_folder().string();
  at::set_num_threads(threads > 0 ? threads
                                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  int64_t rows = 0;
  std::vector<float> vectors;
  if (!ids.empty()) {
    vectors = embed_ids(model, ids, mask, how, rows);
  } else {
    const auto lines = lines_of(read_text_file(texts));
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    rows = static_cast<int64_t>(lines.size());
    vectors = embed_texts(model, how, views, {}, read_prompt(model, prompt));
  }
  if (rows == 0) fail("embed", "there is nothing to embed");
  write_npy<float>(out, vectors, {rows, static_cast<int64_t>(vectors.size()) / rows});
  return 0;
}

}  // namespace rnb
