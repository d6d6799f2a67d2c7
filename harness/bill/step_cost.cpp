#include "harness/bill/step_cost.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "models/block_shape.h"

namespace rnb {
namespace {

constexpr double kFloat = 4;        // bytes
constexpr double kChunkRows = 256;  // of fused_head

// A row of blocks, and the places that go through it.
struct Stack {
  BlockShape shape;
  double rows, time;

  double layers() const { return static_cast<double>(shape.layers); }
  double width() const { return static_cast<double>(shape.width); }
  double inner() const { return static_cast<double>(shape.inner); }
  double places() const { return rows * time; }
  // Tensors of the width that a norm leaves for the backward pass: its input, and an RMS norm its scaled one
  // too.
  double norm_kept() const { return shape.norm == NormKind::Rms ? 2 : 1; }

  // What the backward pass finds of one block, in bytes per place.
  double kept(bool bf16) const {
    const double d = width(), half = bf16 ? 2 : kFloat;
    // What the layers after a norm read: fp32 shares it, under autocast each keeps its own narrow copy.
    const auto read_by = [&](int64_t layers) {
      return bf16 ? static_cast<double>(layers) * half * d : kFloat * d;
    };
    const double norms = 2 * norm_kept() * kFloat * d;
    const double attention = 4 * half * static_cast<double>(shape.query);  // q, k, v and the heads' output
    const double statistics = kFloat * (4 + static_cast<double>(shape.heads));
    return norms + read_by(shape.attention_inputs) + read_by(shape.mlp.inputs) + attention +
           static_cast<double>(shape.mlp.kept) * half * inner() + statistics;
  }
  // Masks of layers with a window, which the attention keeps as numbers.
  double masks(bool bf16) const {
    double bytes = 0;
    for (const int64_t w : shape.windows)
      if (w > 0 && time > static_cast<double>(w)) bytes += time * time * (bf16 ? 2 : kFloat);
    return bytes;
  }
  double all_kept(bool bf16, bool recompute) const {
    return recompute ? layers() * places() * width() * kFloat
                     : layers() * places() * kept(bf16) + masks(bf16);
  }
  double one_kept(bool bf16) const {  // of a block, on average
    return places() * kept(bf16) + masks(bf16) / layers();
  }
  // The most that the backward pass of a block adds to what was kept: gradients of the residual and of the
  // MLP.
  double backward_extra(bool bf16, bool recompute) const {
    const double half = bf16 ? 2 : kFloat;
    return (recompute ? one_kept(bf16) - places() * kFloat * width() : 0) +  // its input is kept either way
           places() * (2 * kFloat * width() + static_cast<double>(shape.mlp.gradients) * half * inner());
  }
  // Of a block in an evaluation: what one expression of it holds until it ends.
  double forward_extra() const {
    return places() * kFloat * (5 * width() + static_cast<double>(shape.mlp.alive) * inner());
  }
  double matrix_numbers() const {  // of a block
    return 2 * width() * static_cast<double>(shape.query) + 2 * width() * static_cast<double>(shape.kv) +
           static_cast<double>(shape.mlp.matrices) * width() * inner();
  }
  // Forward, and backward with twice as much for products and 2.5 times for attention.
  double flops(bool recompute) const {
    const double linear = 2 * places() * matrix_numbers(),
                 attention = 4 * places() * time * static_cast<double>(shape.query);
    return layers() * (linear * (recompute ? 4 : 3) + attention * (recompute ? 4.5 : 3.5));
  }
};

double numbers_of(const std::vector<NamedParameter>& parameters) {
  double n = 0;
  for (const NamedParameter& p : parameters) n += static_cast<double>(p.tensor.numel());
  return n;
}

// The largest of some moments, and what it is made of.
class Peak {
 public:
  explicit Peak(StepCost& cost) : cost_(cost) {}
  void consider(const std::string& moment, std::vector<std::pair<std::string, double>> parts) {
    double sum = 0;
    for (const auto& part : parts) sum += part.second;
    if (sum <= cost_.peak) return;
    cost_.peak = sum;
    cost_.moment = moment;
    cost_.parts = std::move(parts);
  }

 private:
  StepCost& cost_;
};

}  // namespace

StepCost step_cost(const LanguageModel& model, const StepShape& shape) {
  const Stack stack{model.block_shape(), static_cast<double>(shape.rows), static_cast<double>(shape.tokens)};
  const double d = stack.width(), vocabulary = static_cast<double>(model.vocab_size()),
               counted = static_cast<double>(shape.counted);
  StepCost out;
  out.parameters = numbers_of(model.parameters());
  const double head = vocabulary * d;
  out.flops = static_cast<double>(shape.accumulation) * (stack.flops(shape.recompute) + 6 * counted * head);

  const double weights = kFloat * out.parameters, states = 2 * weights;
  const double signals = kFloat * (shape.tracked_numbers * static_cast<double>(shape.domains) +
                                   shape.model_copies * out.parameters);
  const double earlier = shape.accumulation > 1 ? weights : 0;  // gradients of the micro-batches before
  const double narrow = shape.bf16 && !shape.recompute ? 2 * stack.layers() * stack.matrix_numbers() : 0;
  const double norm = stack.norm_kept() * kFloat * stack.places() * d;  // the last one
  const double kept = stack.all_kept(shape.bf16, shape.recompute) + norm + narrow;
  const double head_weight = kFloat * head, rows = kFloat * counted * d;
  const double chunk = kFloat * std::min(counted, kChunkRows) * vocabulary;
  const bool in_chunks =
      shape.tracked_numbers > 0 && counted > kChunkRows * static_cast<double>(shape.domains);
  const double piece = in_chunks ? head_weight : 0;
  Peak peak(out);
  const auto moment = [&](const std::string& name, double gradients, double activations, double of_head) {
    peak.consider(name, {{"weights", weights},
                         {"AdamW", states},
                         {"gradients", gradients},
                         {"activations", activations},
                         {"output head", of_head},
                         {"method's signals", signals}});
  };
  moment("the output head", earlier, kept, 2 * rows + head_weight + chunk + piece);
  const double extra = stack.backward_extra(shape.bf16, shape.recompute);
  moment("the backward pass's start", earlier, kept - norm + extra, 2 * rows + head_weight);
  // The tied weight's gradient waits for its other half, which is as large.
  const double waiting = model.tied_head() ? head_weight : 0,
               blocks = kFloat * stack.layers() * stack.matrix_numbers();
  moment("the first block's backward pass", earlier > 0 ? weights : blocks * (1 - 1 / stack.layers()),
         (shape.recompute ? kFloat * stack.places() * d : stack.one_kept(shape.bf16)) + extra,
         rows + head_weight);
  moment("the backward pass's end", earlier > 0 ? weights + waiting : weights, kFloat * stack.places() * d,
         rows + waiting);
  if (shape.eval_rows > 0) {
    Stack eval = stack;
    eval.rows = static_cast<double>(shape.eval_rows);
    const double share = eval.rows / stack.rows;  // the last step's gradients are still there
    moment("an evaluation", weights, std::max(eval.forward_extra(), kFloat * eval.places() * d),
           share * rows + chunk);
  }
  return out;
}

StepCost step_cost(const Clip& model, const StepShape& shape) {
  const ClipConfig& c = model.config();
  const auto n = static_cast<double>(shape.rows), patches = static_cast<double>(c.patches());
  const Stack vision{block_shape(c.vision), n, patches + 1},
      text{block_shape(c.text), n, static_cast<double>(shape.tokens)};
  const double pixels = 3 * static_cast<double>(c.image_size * c.image_size),
               e = static_cast<double>(c.embedding);
  const double patch = 3 * static_cast<double>(c.patch_size * c.patch_size);
  StepCost out;
  out.parameters = numbers_of(model.parameters());
  const double projections = e * (vision.width() + text.width());
  out.flops = static_cast<double>(shape.accumulation) *
              (vision.flops(shape.recompute) + text.flops(shape.recompute) +
               4 * n * patches * patch * vision.width() + 6 * n * projections + 6 * n * n * e);
  // A domain's gradient is worked out apart: both sides again, two products of all pairs, the weight's
  // gradient.
  const double weights = kFloat * out.parameters;
  const double signals = kFloat * (shape.tracked_numbers * static_cast<double>(shape.domains) +
                                   shape.model_copies * out.parameters);
  const double input = kFloat * n * pixels;
  // Patches, the embedded patches and the norm before the tower; the pooled rows are small.
  const double edges = kFloat * (n * patches * patch + 2 * vision.places() * vision.width());
  const double kept =
      vision.all_kept(shape.bf16, shape.recompute) + text.all_kept(shape.bf16, shape.recompute) + edges;
  const double head = kFloat * (8 * n * e + 6 * n * n);
  const double earlier = shape.accumulation > 1 ? weights : 0;
  const double inputs =
      input * static_cast<double>(shape.accumulation);  // all parts are read before the first is computed
  Peak peak(out);
  const auto moment = [&](const std::string& name, double gradients, double activations) {
    peak.consider(name, {{"weights", weights},
                         {"AdamW", 2 * weights},
                         {"gradients", gradients},
                         {"inputs", inputs},
                         {"activations", activations},
                         {"contrastive head", head},
                         {"method's signals", signals}});
  };
  // The text tower comes last forward, so first backward.
  moment("the backward pass's start", earlier, kept + text.backward_extra(shape.bf16, shape.recompute));
  moment(
      "the vision tower's backward pass", earlier + kFloat * text.layers() * text.matrix_numbers(),
      kept - text.all_kept(shape.bf16, shape.recompute) + vision.backward_extra(shape.bf16, shape.recompute));
  moment("the backward pass's end", weights, edges);
  if (shape.eval_rows > 0) {
    const double share =
        static_cast<double>(shape.eval_rows) / n;  // the last step's gradients are still there
    moment("an evaluation", weights, share * std::max(vision.forward_extra(), text.forward_extra()));
  }
  return out;
}

}  // namespace rnb
