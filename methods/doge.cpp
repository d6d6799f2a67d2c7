// DoGE (arXiv:2310.15393): a proxy run (methods/doge_proxy.cpp), then the main run on its averaged weights,
// which stay. The proxy is of the main run's size and length unless proxy_model and proxy_fraction say
// otherwise (there: 82M for 124M to 684M, 10,000 steps).

#include "methods/core/proxy_steps.h"
#include "methods/core/registry.h"

namespace rnb {
namespace {

class Doge : public Mixer {
 public:
  explicit Doge(const MethodOptions& o) : options_(o) {
    make_mixer("doge_proxy", proxy_options());  // so that bad values fail before a run is paid for
  }

  Decision init(const Domains& domains, Services& services) override {
    ProxySpec proxy;
    proxy.name = "proxy";
    proxy.method = "doge_proxy";
    proxy.model = options_.text("proxy_model");
    proxy.steps = proxy_steps("doge", options_.number("proxy_fraction"), domains);
    proxy.options = proxy_options();
    return found_by_proxy("doge", services.train_proxy(proxy), domains);
  }

 private:
  std::map<std::string, std::string> proxy_options() const {
    std::map<std::string, std::string> out;
    for (const char* name : {"variant", "target", "mu", "max_grad_norm", "dw_min", "dw_max", "smoothing"})
      out[name] = options_.text(name);
    return out;
  }

  MethodOptions options_;
};

RNB_REGISTER_METHOD((MethodSpec{
    "doge",
    "weights found by gradient alignment in a proxy run, then fixed",
    "DoGE, arXiv:2310.15393",
    {{"proxy_model", "", "size of the proxy; empty: the run's own", {}},
     {"proxy_fraction", "1", "its length as a share of the run's", {}},
     {"variant", "paper", "the paper's rule or the authors' code", {"paper", "code"}},
     {"target",
      "domains",
      "what to align with: all domains, or the evaluation mixture",
      {"domains", "evaluation"}},
     {"mu", "0.01", "larger moves less", {}},
     {"max_grad_norm", "5", "variant=code: largest norm of a domain's gradient", {}},
     {"dw_min", "0", "variant=code: smallest score, in learning rates", {}},
     {"dw_max", "5", "variant=code: largest score, in learning rates", {}},
     {"smoothing", "0", "share of the uniform mixture", {}}},
    {},
    [](const MethodOptions& o) -> std::unique_ptr<Mixer> { return std::make_unique<Doge>(o); }}));

}  // namespace
}  // namespace rnb
