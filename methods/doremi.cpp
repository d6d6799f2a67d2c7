// DoReMi (arXiv:2305.10429): a reference run on the natural mixture, a proxy run against it
// (methods/doremi_proxy.cpp), then the main run on the proxy's averaged weights, which stay. Both runs are of
// the main run's size and length unless proxy_model and proxy_fraction say otherwise (there: 280M for 8B, the
// same number of steps).

#include "base/error.h"
#include "methods/core/proxy_steps.h"
#include "methods/core/registry.h"
#include "methods/core/signals.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

class Doremi : public Mixer {
 public:
  explicit Doremi(const MethodOptions& o) : options_(o) {
    auto inner = proxy_options();
    inner["reference"] = "checked before it is paid for";
    make_mixer("doremi_proxy", inner);
  }

  Decision init(const Domains& domains, Services& services) override {
    ProxySpec reference;
    reference.name = "reference";
    reference.method = options_.text("reference_method");
    reference.model = options_.text("proxy_model");
    reference.steps = proxy_steps("doremi", options_.number("proxy_fraction"), domains);
    reference.reference = true;
    ProxySpec proxy = reference;
    proxy.name = "proxy";
    proxy.method = "doremi_proxy";
    proxy.reference = false;
    proxy.options = proxy_options();
    proxy.options["reference"] = services.train_proxy(reference).run;
    return found_by_proxy("doremi", services.train_proxy(proxy), domains);
  }

 private:
  std::map<std::string, std::string> proxy_options() const {
    std::map<std::string, std::string> out;
    for (const char* name : {"variant", "clip", "eta", "smoothing", "init_lambda"})
      out[name] = options_.text(name);
    return out;
  }

  MethodOptions options_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "doremi",
    "weights that minimise the worst excess loss of a proxy model over a reference, then fixed",
    "DoReMi, arXiv:2305.10429",
    {{"reference_method", "natural", "mixture of the reference run", {}},
     {"proxy_model", "", "size of reference and proxy; empty: the run's own", {}},
     {"proxy_fraction", "1", "their length as a share of the run's", {}},
     {"variant", "paper", "normaliser of the loss and of the average", {"paper", "code"}},
     {"clip", "token", "excess losses at 0: each token's, or the domain's mean", {"token", "domain"}},
     {"eta", "1", "step size", {}},
     {"smoothing", "0.001", "c, share of the uniform mixture", {}},
     {"init_lambda", "0", "excess loss of a domain not yet seen; the authors' code: ln V", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<Doremi>(o); }}));

}  // namespace
}  // namespace rnb
