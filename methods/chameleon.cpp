// The leverage of a domain's mean embedding, by kernel ridge regression, says how much of it the other
// domains do not have. mode=pretrain draws the common ones more often, mode=finetune the singular ones.
//
// Chameleon, arXiv:2505.24844; github.com/LIONS-EPFL/Chameleon@598a6c5, utils.py: K = X X^T of the centred
// embeddings, S = diag(K (K + lambda k I)^-1), softmax of 1/S / 5 or of S / 0.2. Different here: the proxy is
// trained on the domains uniformly for a share of the run's steps, its model is the run's own unless
// proxy_model says otherwise, and `examples` of a domain are embedded whatever their length (there 2,048 of
// 512 tokens).

#include <algorithm>

#include <Eigen/Dense>

#include "base/error.h"
#include "methods/core/proxy_mixer.h"
#include "methods/math/simplex.h"

namespace rnb {
namespace {

constexpr double kLeastLeverage = 1e-12;  // of a domain at the mean of all: 1/S stays finite

class Chameleon : public ProxyMixer {
 public:
  explicit Chameleon(const MethodOptions& o)
      : ProxyMixer(o, "chameleon"),
        pretrain_(o.text("mode") == "pretrain"),
        lambda_(o.number("lambda")),
        temperature_(o.number("temperature")),
        examples_(o.integer("examples")) {
    if (temperature_ == 0) temperature_ = pretrain_ ? 5 : 0.2;
  }

 private:
  std::optional<Weights> learn(const ProxyTask& task, Services& services, Decision& decision) override {
    const auto k = static_cast<Eigen::Index>(task.size());
    const auto proxy = train(task, services, "uniform", uniform_weights(task.size()));
    const DomainEmbeddings e = services.domain_embeddings(proxy.run, examples_);
    const auto width = static_cast<Eigen::Index>(e.width);
    if (e.width == 0 || e.mean.size() != task.domains.size() * e.width)
      fail(who(), "{} numbers of embeddings of width {}; expected {} domains", e.mean.size(), e.width,
           task.domains.size());
    Eigen::MatrixXd x(k, width);
    for (Eigen::Index i = 0; i < k; ++i)
      x.row(i) = Eigen::Map<const Eigen::RowVectorXd>(
          e.mean.data() + task.where[static_cast<size_t>(i)] * e.width, width);
    if (!x.allFinite()) return std::nullopt;
    const Eigen::RowVectorXd centre = x.colwise().mean();
    x.rowwise() -= centre;
    const Eigen::MatrixXd kernel = x * x.transpose();
    const Eigen::MatrixXd penalised =
        kernel + lambda_ * static_cast<double>(k) * Eigen::MatrixXd::Identity(k, k);
    // K and its penalised inverse commute, so the diagonal is that of the solution of (K + lambda k I) Z = K.
    const Eigen::VectorXd leverage = penalised.ldlt().solve(kernel).diagonal();
    std::vector<double> logits;
    for (const double s : leverage)
      logits.push_back((pretrain_ ? 1 / std::max(s, kLeastLeverage) : s) / temperature_);
    decision.record = {{"kernel", std::vector<double>(kernel.data(), kernel.data() + kernel.size())},
                       {"leverage", task.everywhere({leverage.data(), task.size()})}};
    return softmax(logits);
  }

  bool pretrain_;
  double lambda_, temperature_;
  int64_t examples_;
};

RNB_REGISTER(MethodSpec, .name = "chameleon",
             .summary = "leverage of the domains' embeddings by a small uniform proxy",
             .source = "Chameleon, arXiv:2505.24844 section 3",
             .options = with_proxy_options({{.name = "mode",
                                             .fallback = "pretrain",
                                             .help = "weights rise with 1/leverage or leverage",
                                             .choices = {"pretrain", "finetune"}},
                                            {.name = "lambda",
                                             .fallback = "10",
                                             .help = "ridge of the kernel regression",
                                             .type = OptionType::Real,
                                             .low = 1e-12,
                                             .high = 1e12},
                                            {.name = "temperature",
                                             .fallback = "0",
                                             .help = "of the softmax; 0: 5 (pretrain), 0.2 (finetune)",
                                             .type = OptionType::Real,
                                             .low = 0,
                                             .high = 1e12},
                                            {.name = "examples",
                                             .fallback = "512",
                                             .help = "training examples of a domain that are embedded",
                                             .type = OptionType::Whole,
                                             .low = 1,
                                             .high = 1e7}}),
             .make = make_one<Chameleon>);

}  // namespace
}  // namespace rnb
