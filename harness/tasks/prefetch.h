#pragma once
// The batches of a step on their way to the device: while it computes with one, the next is copied on a queue
// of its own. The step after is not drawn ahead: its mixture is known only when the method has seen this one.

#include <optional>
#include <vector>

#include <c10/core/Stream.h>

#include "harness/tasks/batch.h"

namespace rnb {

class Prefetch {
 public:
  // Batches on the host; they must outlive this object.
  Prefetch(const std::vector<Batch>& batches, torch::Device device);
  // The next batch on the device, in their order; sets off the copy of the one after.
  Batch next();

 private:
  void send();
  const std::vector<Batch>& batches_;
  torch::Device device_;
  size_t sent_ = 0;
  std::optional<Batch> under_way_;
  std::optional<c10::Stream> copies_;
};

}  // namespace rnb
