// Weights from a JSON file: {"domain name": weight, ...} (absent domains get 0) or a list in domain order; or
// inline, weights=0.2,0.8. They are normalised.

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "methods/core/domain_file.h"
#include "methods/core/fixed_mixer.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

Weights inline_weights(const std::string& text) {
  Weights out;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    double value = 0;
    const auto [next, code] = std::from_chars(at, end, value);
    if (code != std::errc() || (next != end && *next != ','))
      fail_usage("fixed", "weights={}; expected numbers with commas between them", text);
    out.push_back(value);
    if (next == end) return out;
    at = next + 1;
  }
}

Weights file_weights(const std::string& file, const Domains& domains) {
  Weights out = numbers_by_domain("fixed", file, domains);
  for (double& w : out)
    if (std::isnan(w)) w = 0;  // a domain that the file does not name
  return out;
}

Weights checked(const Weights& w, const Domains& domains) {
  if (w.size() != domains.size())
    fail("fixed", "{} weights are given, the data has {} domains", w.size(), domains.size());
  for (size_t i = 0; i < w.size(); ++i) {
    if (!(w[i] >= 0) || !std::isfinite(w[i]))
      fail("fixed", "domain '{}' has weight {}; expected a finite number >= 0", domains.names[i], w[i]);
    if (w[i] > 0 && domains.train_examples[i] == 0)
      fail("fixed", "domain '{}' has weight {} but no training examples; give it 0", domains.names[i], w[i]);
  }
  return normalised(w);
}

// Two parts for every domain with training examples, one more for the first of them.
std::map<std::string, std::string> example_weights(const Domains& domains) {
  std::string text;
  const char* next = "3";
  for (const int64_t n : domains.train_examples) {
    text += text.empty() ? "" : ",";
    text += n > 0 ? next : "0";
    if (n > 0) next = "2";
  }
  return {{"weights", text}};
}

std::unique_ptr<Mixer> make_fixed(const MethodOptions& options) {
  const std::string file = options.text("file"), weights = options.text("weights");
  if (file.empty() == weights.empty())
    fail_usage("fixed", "file={} and weights={}; expected exactly one of them", file, weights);
  return std::make_unique<FixedMixer>([=](const Domains& d) {
    return checked(file.empty() ? inline_weights(weights) : file_weights(file, d), d);
  });
}

RNB_REGISTER(MethodSpec, .name = "fixed", .summary = "weights of your own, from a file or inline",
             .source = "control",
             .options = {{.name = "file", .help = "JSON: {\"domain\": weight, ...} or [weights]"},
                         {.name = "weights", .help = "weights in domain order, with commas"}},
             .traits = {.not_permutation_equivariant = "is given by domain",
                        .not_uniform_on_zero_signal = "keeps its weights whatever the signal"},
             .make = make_fixed, .example = example_weights, .colon_option = "file");

}  // namespace
}  // namespace rnb
