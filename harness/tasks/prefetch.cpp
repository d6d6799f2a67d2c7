#include "harness/tasks/prefetch.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "base/error.h"

namespace rnb {

Prefetch::Prefetch(const std::vector<Batch>& batches, torch::Device device)
    : batches_(batches), device_(device) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  if (!device_.has_index()) device_ = guard.getDevice();
  copies_ = guard.getStreamFromGlobalPool(device_);
  send();
}

void Prefetch::send() {
  if (sent_ == batches_.size()) return;
  const c10::impl::VirtualGuardImpl guard(device_.type());
  const c10::Stream computing = guard.exchangeStream(*copies_);
  under_way_ = on_device(batches_[sent_++], device_);
  guard.exchangeStream(computing);
}

Batch Prefetch::next() {
  if (device_.is_cpu()) return batches_.at(sent_++);
  RNB_ASSERT(under_way_);
  const c10::impl::VirtualGuardImpl guard(device_.type());
  const c10::Stream computing = guard.getStream(device_);
  c10::Event copied(device_.type());
  copied.record(*copies_);
  copied.block(computing);
  Batch batch = *std::exchange(under_way_, std::nullopt);
  // Their memory belongs to the queue of copies; it must not be given away while the other one reads it.
  for (const torch::Tensor* t : {&batch.ids, &batch.pixels, &batch.rows, &batch.targets})
    if (t->defined()) guard.recordDataPtrOnStream(t->storage().data_ptr(), computing);
  send();
  return batch;
}

}  // namespace rnb
