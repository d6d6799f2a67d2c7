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

RNB_REGISTER_METHOD((MethodSpec{"fixed",
                                "weights of your own, from a file or inline",
                                "control",
                                {{"file", "", "JSON: {\"domain\": weight, ...} or [weights]", {}},
                                 {"weights", "", "weights in domain order, with commas", {}}},
                                {"is given by domain", "keeps its weights whatever the signal"},
                                [](const MethodOptions& options) -> std::unique_ptr<Mixer> {
                                  const std::string file = options.text("file"),
                                                    weights = options.text("weights");
                                  if (file.empty() == weights.empty())
                                    fail_usage("fixed", "exactly one of file= and weights= must be given");
                                  return std::make_unique<FixedMixer>([=](const Domains& d) {
                                    return checked(
                                        file.empty() ? inline_weights(weights) : file_weights(file, d), d);
                                  });
                                },
                                example_weights,
                                "file"}));

}  // namespace
}  // namespace rnb
