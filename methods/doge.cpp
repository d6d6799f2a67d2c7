// DoGE (arXiv:2310.15393): a proxy run (methods/doge_proxy.cpp), then the main run on its averaged weights,
// which stay. The proxy is of the main run's size and length unless proxy_model and proxy_fraction say
// otherwise (there: 82M for 124M to 684M, 10,000 steps).

#include "methods/core/found_by_proxy.h"
#include "methods/core/registry.h"
#include "methods/doge_proxy.h"

namespace rnb {
namespace {

class Doge : public Mixer {
 public:
  explicit Doge(const MethodOptions& o)
      : options_(o), proxy_options_(passed_on_values(o, doge_proxy_options())) {
    make_mixer("doge_proxy", proxy_options_);  // what it refuses is refused before a run is paid for
  }

  Decision init(const Domains& domains, Services& services) override {
    ProxySpec proxy = proxy_run(options_, "proxy", "doge_proxy", domains);
    proxy.options = proxy_options_;
    return found_by_proxy("doge", services.train_proxy(proxy), domains);
  }

 private:
  MethodOptions options_;
  std::map<std::string, std::string> proxy_options_;
};

RNB_REGISTER(MethodSpec, .name = "doge",
             .summary = "weights found by gradient alignment in a proxy run, then fixed",
             .source = "DoGE, arXiv:2310.15393", .options = with_proxy_run_options({}, doge_proxy_options()),
             .make = make_one<Doge>);

}  // namespace
}  // namespace rnb
