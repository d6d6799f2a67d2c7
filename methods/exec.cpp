// A method in any language: a program of the user's that gets every call as a line of JSON and answers with a
// line, asking for services in between. docs/exec-protocol.md has the words; docs/exec_example.py is one.

#include <chrono>

#include "base/child_process.h"
#include "base/error.h"
#include "methods/core/exec_answer.h"
#include "methods/core/registry.h"
#include "methods/core/replay.h"

namespace rnb {
namespace {

using nlohmann::json;

class Exec : public Mixer {
 public:
  explicit Exec(const MethodOptions& o)
      : command_(o.text("command")), timeout_(static_cast<int64_t>(o.number("timeout") * 1000)) {
    try {
      words_ = split_command(command_);
    } catch (const ChildFailure& e) {
      fail_usage("exec", "command={}: {}", command_, e.what());
    }
  }

  Needs needs() const override { return needs_; }

  Decision init(const Domains& domains, Services& services) override {
    domains_ = domains;
    try {
      child_ = std::make_unique<ChildProcess>(words_);
    } catch (const ChildFailure& e) {
      fail("exec", "command={}: {}", command_, e.what());
    }
    return decide("init", 0, signal_to_json(domains), services);
  }
  Decision on_batch(const BatchView& v, Services& services) override {
    return decide("on_batch", v.step, signal_to_json(v), services);
  }
  Decision on_step(const StepView& v, Services& services) override {
    return needs_.batch_losses ? decide("on_step", v.step, signal_to_json(v), services) : Decision{};
  }
  Decision on_eval(const EvalView& v, Services& services) override {
    return decide("on_eval", v.step, signal_to_json(v), services);
  }
  Decision on_round(const RoundView& v, Services& services) override {
    return decide("on_round", v.step, signal_to_json(v), services);
  }

  json save() const override {
    if (!child_) return json::object();
    return in_call("save", step_, [&] {
      const json answer = ask({{"call", "save"}}, nullptr);
      expect_only(answer, {"state"});
      return json{{"state", answer.at("state")}};
    });
  }
  void load(const json& saved) override {
    if (saved.empty()) return;
    in_call("load", step_, [&] {
      expect_only(ask({{"call", "load"}, {"state", saved.at("state")}}, nullptr), {});
      return json();
    });
  }

 private:
  Decision decide(const char* call, int64_t step, const json& data, Services& services) {
    step_ = step;
    return in_call(call, step, [&] {
      const json answer = ask({{"call", call}, {"step", step}, {"data", data}}, &services);
      if (std::string_view(call) == "init") needs_ = needs_from_answer(answer);
      return decision_from_answer(answer, call, domains_, needs_);
    });
  }

  // One line to the program, its requests served, its answer.
  json ask(const json& line, Services* services) const {
    child_->write_line(line.dump(), timeout_);
    for (;;) {
      came_back_ = child_->read_line(timeout_);
      const json answer = json::parse(came_back_);
      if (!answer.is_object() || !answer.contains("service")) return answer;
      if (!services) throw ChildFailure("no service is given while a state is saved or loaded");
      check_request(answer);
      child_->write_line(json{{"answer", services->request(answer)}}.dump(), timeout_);
    }
  }

  // Names the command, the call and what came back in whatever goes wrong; the program is then ended.
  template <typename F>
  auto in_call(const char* call, int64_t step, F f) const -> decltype(f()) {
    if (!child_) fail("exec", "command={}: {} at step {}: the program is not running", command_, call, step);
    std::string why;
    came_back_.clear();
    try {
      return f();
    } catch (const ChildFailure& e) {
      why = e.what();
    } catch (const json::exception& e) {
      why = fmt::format("not a JSON answer as docs/exec-protocol.md has it ({})", e.what());
    }
    child_.reset();
    fail("exec", "command={}: {} at step {}: {}; the last line from it was '{:.200}'", command_, call, step,
         why, came_back_);
  }

  std::string command_;
  std::vector<std::string> words_;
  std::chrono::milliseconds timeout_;
  Domains domains_;
  Needs needs_;
  int64_t step_ = 0;
  mutable std::unique_ptr<ChildProcess> child_;  // save() talks to it too
  mutable std::string came_back_;
};

RNB_REGISTER(MethodSpec, .name = "exec",
             .summary = "a program of your own, in any language, over lines of JSON",
             .source = "docs/exec-protocol.md",
             .options = {{.name = "command",
                          .help = "a program and its arguments; quotes as in a shell, which is not used",
                          .required = true},
                         {.name = "timeout",
                          .fallback = "60",
                          .help = "seconds until a line must have come",
                          .type = OptionType::Real,
                          .above = 0,
                          .high = 1e6}},
             .make = make_one<Exec>, .colon_option = "command");

}  // namespace
}  // namespace rnb
