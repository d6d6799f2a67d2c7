#pragma once
// Methods that set their weights once, before the first step, from what small proxy runs show.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "methods/core/mixer.h"
#include "methods/core/registry.h"

namespace rnb {

// What such a method works on: the k >= 2 domains that can be drawn from.
struct ProxyTask {
  const Domains& domains;
  std::vector<size_t> where;  // [k] their places
  Weights prior;              // [k] their shares of the training examples
  size_t size() const { return where.size(); }
  Weights everywhere(std::span<const double> shares) const;  // [m], 0 elsewhere
};

class ProxyMixer : public Mixer {
 public:
  // `who`: the method's name, for messages. Reads the options of with_proxy_options.
  ProxyMixer(const MethodOptions& options, std::string who);
  // Uniform where there is nothing to choose, and with a warning where learn() finds no weights.
  Decision init(const Domains& domains, Services& services) final;

 protected:
  // Shares of the domains in `where`; none when an answer of the proxies is not finite. What it writes into
  // `decision` (record, warnings) stays there.
  virtual std::optional<Weights> learn(const ProxyTask& task, Services& services, Decision& decision) = 0;
  // A proxy trained on these shares of the domains in `where`; the second: and evaluated. `name` is for the
  // log.
  ProxyResult train(const ProxyTask& task, Services& services, const std::string& name,
                    std::span<const double> shares) const;
  ProxyResult train_and_evaluate(const ProxyTask& task, Services& services, const std::string& name,
                                 std::span<const double> shares) const;
  const std::string& who() const { return who_; }

 private:
  ProxySpec proxy(const ProxyTask& task, const std::string& name, std::span<const double> shares) const;

  std::string who_, model_;
  double steps_;  // share of the run's
};

// The options of every such method, after its own.
std::vector<MethodOption> with_proxy_options(std::vector<MethodOption> own);

}  // namespace rnb
