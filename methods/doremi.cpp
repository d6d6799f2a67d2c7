// DoReMi (arXiv:2305.10429): a reference run on the natural mixture, a proxy run against it
// (methods/doremi_proxy.cpp), then the main run on the proxy's averaged weights, which stay. Both runs are of
// the main run's size and length unless proxy_model and proxy_fraction say otherwise (there: 280M for 8B, the
// same number of steps).

#include "methods/core/found_by_proxy.h"
#include "methods/core/registry.h"
#include "methods/doremi_proxy.h"

namespace rnb {
namespace {

class Doremi : public Mixer {
 public:
  explicit Doremi(const MethodOptions& o) : options_(o) {
    make_mixer(o.text("reference_method"), {});  // what cannot be run is refused before a run is paid for
  }

  Decision init(const Domains& domains, Services& services) override {
    ProxySpec reference = proxy_run(options_, "reference", options_.text("reference_method"), domains);
    reference.reference = true;
    ProxySpec proxy = proxy_run(options_, "proxy", "doremi_proxy", domains);
    proxy.options = passed_on_values(options_, doremi_proxy_options());
    proxy.options["reference"] = services.train_proxy(reference).run;
    return found_by_proxy("doremi", services.train_proxy(proxy), domains);
  }

 private:
  MethodOptions options_;
};

RNB_REGISTER(
    MethodSpec, .name = "doremi",
    .summary = "weights that minimise the worst excess loss of a proxy model over a reference, then fixed",
    .source = "DoReMi, arXiv:2305.10429",
    .options = with_proxy_run_options(
        {{.name = "reference_method", .fallback = "natural", .help = "mixture of the reference run"}},
        doremi_proxy_options()),
    .make = make_one<Doremi>);

}  // namespace
}  // namespace rnb
