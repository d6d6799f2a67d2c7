#pragma once
// The services of a run (methods/core/services.h): answers from the log what had been served before a cut,
// serves and writes down what is asked now.

#include <deque>

#include <nlohmann/json.hpp>

#include "harness/trainer/run.h"
#include "harness/trainer/step.h"
#include "methods/core/services.h"

namespace rnb {

class RunServices : public Services {
 public:
  RunServices(Run& run, Stepper& stepper) : run_(run), stepper_(stepper) {}

  // Exchanges {"request", "answer"} of the call that is made next, as far as it got before the cut.
  void remember(std::deque<nlohmann::json> exchanges) { remembered_ = std::move(exchanges); }
  // After a call. Error where the mixer asked for less than before the cut: it is then not a function of its
  // state and signals.
  void check_all_asked() const;

  nlohmann::json request(const nlohmann::json& call) override;

 private:
  friend class OpenServices;
  nlohmann::json serve(const nlohmann::json& call);

  Run& run_;
  Stepper& stepper_;
  std::deque<nlohmann::json> remembered_;
  bool open_ = false;
};

// A mixer may ask only in calls that can be made again: while one of these says so.
class OpenServices {
 public:
  OpenServices(RunServices& services, bool open) : services_(services) { services_.open_ = open; }
  ~OpenServices() { services_.open_ = false; }
  OpenServices(const OpenServices&) = delete;
  OpenServices& operator=(const OpenServices&) = delete;

 private:
  RunServices& services_;
};

// Per-domain losses on the run's fixed subset of the validation split, charged to the method.
DomainLosses mixing_losses(Run& run, Task& task);

}  // namespace rnb
