#pragma once
// The services of a run: answers from the log what had been served before a cut, and writes down what is
// served now.

#include <deque>
#include <utility>

#include "base/error.h"
#include "harness/trainer/trainer.h"

namespace rnb {

class Trainer::RunServices : public Services {
 public:
  explicit RunServices(Trainer& trainer) : trainer_(trainer) {}

  // Exchanges {"request", "answer"} of the call that is made next, as far as it got before the cut.
  void remember(std::deque<nlohmann::json> exchanges) { remembered_ = std::move(exchanges); }

  void open(bool open) { open_ = open; }
  void close() {
    open_ = false;
    if (!remembered_.empty())
      fail("resume", "{} asked for less than before the cut; it is not a function of its state and signals",
           trainer_.e_.method);
  }

  nlohmann::json request(const nlohmann::json& call) override {
    if (!open_)
      fail("method", "{} asks for '{}' in on_batch or on_step; ask in on_eval or on_round",
           trainer_.e_.method, call.at("service").get<std::string>());
    if (!remembered_.empty()) {
      const nlohmann::json exchange = std::move(remembered_.front());
      remembered_.pop_front();
      if (exchange.at("request") != call)
        fail("resume", "{} asks {} where it had asked {} before the cut", trainer_.e_.method, call.dump(),
             exchange.at("request").dump());
      return exchange.at("answer");
    }
    nlohmann::json answer = trainer_.serve(call);
    trainer_.log_->append({{"event", "signal"},
                           {"step", trainer_.step_},
                           {"call", "service"},
                           {"data", {{"request", call}, {"answer", answer}}},
                           {"record", nullptr}});
    return answer;
  }

 private:
  Trainer& trainer_;
  std::deque<nlohmann::json> remembered_;
  bool open_ = false;
};

}  // namespace rnb
