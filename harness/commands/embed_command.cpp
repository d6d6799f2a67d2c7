// `rnb embed`: vectors of texts, token ids or images.

#include <algorithm>

#include <torch/torch.h>

#include "base/error.h"
#include "base/json_file.h"
#include "base/npy.h"
#include "base/text.h"
#include "harness/commands/clip_command.h"
#include "harness/commands/command.h"
#include "models/clip_sizes.h"
#include "models/sentence_folder.h"
#include "models/text_encoder.h"

namespace rnb {
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

struct EmbedOptions {
  std::string model, ids, mask, texts, pixels, out, prompt;
  EmbedMode mode = EmbedMode::Encoder;
};

EmbedOptions options_of(const CommandInput& input) {
  EmbedOptions o{.model = input.text("model"),
                 .ids = input.text("ids"),
                 .mask = input.text("mask"),
                 .texts = input.text("texts"),
                 .pixels = input.text("pixels"),
                 .out = input.text("out"),
                 .prompt = input.text("prompt")};
  const std::string mode = input.text("mode");
  if (mode != "encoder" && mode != "static")
    fail_usage("embed", "--mode '{}'; expected encoder or static", mode);
  if (mode == "static") o.mode = EmbedMode::Static;
  if (o.out.empty()) fail_usage("embed", "--out is missing");
  return o;
}

void check_texts(const EmbedOptions& o) {
  if (!o.pixels.empty()) fail_usage("embed", "--pixels needs --model, the folder of a CLIP");
  if (o.ids.empty() == o.texts.empty()) fail_usage("embed", "exactly one of --ids and --texts must be given");
  if (o.ids.empty() != o.mask.empty()) fail_usage("embed", "--ids and --mask go together");
  if (!o.prompt.empty() && (o.texts.empty() || o.mode == EmbedMode::Static))
    fail_usage("embed", "--prompt goes with --texts and --mode encoder");
}

int embed(const CommandInput& input) {
  const EmbedOptions o = options_of(input);
  at::set_num_threads(threads_of(input, "embed"));
  if (!o.model.empty() && is_clip(o.model)) {
    if (!o.texts.empty() || (o.ids.empty() && o.pixels.empty()))
      fail_usage("embed", "{} is a CLIP: give --ids, --pixels or both", o.model);
    return clip_command({.model = o.model, .ids = o.ids, .pixels = o.pixels, .out = o.out});
  }
  check_texts(o);
  const std::string model = o.model.empty() ? default_encoder_folder().string() : o.model;
  int64_t rows = 0;
  std::vector<float> vectors;
  if (!o.ids.empty()) {
    vectors = embed_ids(model, o.ids, o.mask, o.mode, rows);
  } else {
    const auto lines = lines_of(read_text_file(o.texts));
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    rows = static_cast<int64_t>(lines.size());
    vectors = embed_texts(model, o.mode, views, {}, read_prompt(model, o.prompt));
  }
  if (rows == 0) fail("embed", "there is nothing to embed");
  write_npy<float>(o.out, vectors, {rows, static_cast<int64_t>(vectors.size()) / rows});
  return 0;
}

}  // namespace

RNB_REGISTER(TrainedCommand, .name = "embed", .run = embed);

}  // namespace rnb
