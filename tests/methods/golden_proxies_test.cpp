// Golden vectors of the methods that are given them as answers of their proxies.

#include <cmath>
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "methods/core/json_numbers.h"
#include "methods/core/registry.h"
#include "methods/math/simplex.h"
#include "tests/methods/golden.h"
#include "tests/methods/played_run.h"

namespace rnb {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

const GoldenFile kMixMin("mixmin.json"), kChameleon("chameleon.json");

// Proxies are numbered in the order in which they are trained; `answer` is asked the rest.
class VectorServices : public Services {
 public:
  explicit VectorServices(std::function<json(const json&)> answer) : answer_(std::move(answer)) {}
  json request(const json& call) override {
    if (call.at("service") != "train_proxy") return answer_(call);
    return {{"run", std::to_string(trained_++)},
            {"losses", {{"loss", json::array()}, {"tokens", json::array()}}},
            {"finished", nullptr},
            {"parameters", 1},
            {"flops", 1}};
  }

 private:
  std::function<json(const json&)> answer_;
  int trained_ = 0;
};

TEST(GoldenProxies, MixMin) {
  check_file("mixmin.json", [](const json& c, double tolerance) {
    const auto &inputs = c.at("inputs"), &hyper = c.at("hyper");
    const auto log_prob = inputs.at("sequence_logprob_model_by_example").get<std::vector<Doubles>>();
    const auto lengths = inputs.at("lengths").get<std::vector<int64_t>>();
    const auto after = [&](int64_t steps) {
      VectorServices services([&](const json& call) -> json {
        const auto row = static_cast<size_t>(std::stoi(call.at("run").get<std::string>()));
        return {
            {"log_prob", log_prob.at(row)}, {"tokens", lengths}, {"weight", uniform_weights(lengths.size())}};
      });
      const auto mixer = make_mixer("mixmin", {{"lr", text(hyper.at("lr"))},
                                               {"tol", text(hyper.at("grad_tol"))},
                                               {"steps", std::to_string(steps)}});
      return mixer->init(equal_domains(log_prob.size(), 10), services);
    };
    const auto most = hyper.at("max_steps").get<int64_t>();
    for (const auto& [key, want] : c.at("expected").items()) {
      size_t shown = 0;
      if (std::sscanf(key.c_str(), "first_%zu_steps", &shown) == 1) {
        ASSERT_EQ(want.size(), shown);
        for (size_t k = 0; k < shown; ++k) {
          const Decision d = after(static_cast<int64_t>(k) + 1);
          for (const auto& [part, value] : want[k].items()) {
            if (part == "loss_before")
              EXPECT_NEAR(d.record.at("loss").get<double>(), value.get<double>(), tolerance);
            else if (part == "grad")
              expect_near(d.record.at("gradient").get<Doubles>(), value.get<Doubles>(), tolerance, part);
            else if (part == "w")
              expect_near(d.sampling.value(), value.get<Doubles>(), tolerance, part);
            else
              nobody(part);
          }
        }
      } else if (key.starts_with("w_after_")) {
        EXPECT_EQ(trailing_number(key, "w_after_"), static_cast<double>(most));
        expect_near(after(most).sampling.value(), want.get<Doubles>(), tolerance, key);
      } else if (key.starts_with("loss_after_")) {  // recorded before the step that follows
        const auto steps = static_cast<int64_t>(trailing_number(key, "loss_after_"));
        EXPECT_NEAR(after(steps + 1).record.at("loss").get<double>(), want.get<double>(), tolerance);
      } else {
        nobody(key);
      }
    }
  });
}

TEST(GoldenProxies, Chameleon) {
  check_file("chameleon.json", [](const json& c, double tolerance) {
    const auto rows = c.at("inputs").at("domain_mean_embeddings").get<std::vector<Doubles>>();
    Doubles mean;
    for (const auto& row : rows) mean.insert(mean.end(), row.begin(), row.end());
    const auto learnt = [&](const std::string& mode) {
      VectorServices services(
          [&](const json&) -> json { return {{"width", rows.at(0).size()}, {"mean", exact(mean)}}; });
      const auto mixer =
          make_mixer("chameleon", {{"mode", mode},
                                   {"lambda", text(c.at("hyper").at("lambda_reg"))},
                                   {"temperature", text(c.at("hyper").at(mode + "_temperature"))}});
      return mixer->init(equal_domains(rows.size(), 10), services);
    };
    for (const auto& [key, want] : c.at("expected").items()) {
      if (key == "centred_kernel") {
        Doubles flat;
        for (const auto& row : want) flat.insert(flat.end(), row.begin(), row.end());
        expect_near(learnt("pretrain").record.at("kernel").get<Doubles>(), flat, tolerance, key);
      } else if (key == "leverage") {
        expect_near(learnt("pretrain").record.at("leverage").get<Doubles>(), want.get<Doubles>(), tolerance,
                    key);
      } else if (key == "pretrain_weights" || key == "finetune_weights") {
        expect_near(learnt(key.substr(0, key.find('_'))).sampling.value(), want.get<Doubles>(), tolerance,
                    key);
      } else {
        nobody(key);
      }
    }
  });
}

}  // namespace
}  // namespace rnb
