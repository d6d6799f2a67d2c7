#include "tests/device/stand_in.h"

#include <chrono>
#include <mutex>
#include <set>

#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <ATen/record_function.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <fmt/format.h>
#include <torch/library.h>

namespace rnb {
namespace {

constexpr auto kType = c10::DeviceType::PrivateUse1;
const c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

std::mutex mutex;
std::vector<Crossing> crossings;
std::set<const void*> pinned;

void cross(Crossing::Kind kind, const torch::Tensor& t) {
  const std::lock_guard lock(mutex);
  crossings.push_back({kind, t.scalar_type(), t.numel()});
}

bool is_pinned(const void* data) {
  const std::lock_guard lock(mutex);
  return pinned.contains(data);
}

// Host memory under the device's name.
struct DeviceMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    auto host = at::getCPUAllocator()->allocate(bytes);
    host.unsafe_set_device(stand_in());
    return host;
  }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

struct PinnedMemory final : c10::Allocator {
  static void release(void* data) {
    {
      const std::lock_guard lock(mutex);
      pinned.erase(data);
    }
    at::getCPUAllocator()->raw_deallocate(data);
  }
  c10::DataPtr allocate(size_t bytes) override {
    void* const data = at::getCPUAllocator()->raw_allocate(bytes);
    const std::lock_guard lock(mutex);
    pinned.insert(data);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

DeviceMemory device_memory;
PinnedMemory pinned_memory;

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  bool isPinnedPtr(const void* data) const override { return is_pinned(data); }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned_memory; }
};

// One queue in order that is always finished; events remember when they were recorded.
struct Guard final : c10::impl::NoOpDeviceGuardImpl<kType> {
  using Clock = std::chrono::steady_clock;
  static c10::Stream stream(c10::StreamId id) { return c10::Stream(c10::Stream::UNSAFE, stand_in(), id); }
  c10::Device exchangeDevice(c10::Device) const override { return stand_in(); }
  c10::Device getDevice() const override { return stand_in(); }
  c10::Stream getStream(c10::Device) const noexcept override { return stream(0); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(1); }
  c10::Stream getNewStream(c10::Device, int) const override { return stream(1); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream(0); }
  void record(void** event, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {
    if (!*event) *event = new Clock::time_point();
    *static_cast<Clock::time_point*>(*event) = Clock::now();
  }
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void*) const override {}
  void synchronizeDevice(c10::DeviceIndex) const override {}
  void destroyEvent(void* event, c10::DeviceIndex) const noexcept override {
    delete static_cast<Clock::time_point*>(event);
  }
  double elapsedTime(void* a, void* b, c10::DeviceIndex) const override {
    const auto &from = *static_cast<Clock::time_point*>(a), &to = *static_cast<Clock::time_point*>(b);
    return std::chrono::duration<double, std::milli>(to - from).count();
  }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

[[maybe_unused]] const bool registered = [] {
  c10::register_privateuse1_backend("stand_in");
  at::RegisterPrivateUse1HooksInterface(new Hooks());
  return true;
}();

torch::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                    std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &device_memory, kKeys, c10::dtype_or_default(dtype), format);
}

torch::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype,
                            std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &device_memory, kKeys, c10::dtype_or_default(dtype));
}

// The same memory as a CPU tensor, and the other way round; each keeps the other alive.
torch::Tensor as_host(const torch::Tensor& t) {
  if (!t.defined() || t.is_cpu()) return t;
  const auto options = torch::dtype(t.scalar_type()).device(torch::kCPU);
  if (t.numel() == 0) return at::empty_strided(t.sizes(), t.strides(), options);
  return at::from_blob(t.mutable_data_ptr(), t.sizes(), t.strides(), [t](void*) {}, options);
}

torch::Tensor as_device(const torch::Tensor& t) {
  if (!t.defined()) return t;
  c10::DataPtr data(
      t.storage().mutable_data(), new torch::Tensor(t),
      [](void* kept) { delete static_cast<torch::Tensor*>(kept); }, stand_in());
  c10::Storage storage(c10::Storage::use_byte_size_t(), t.storage().nbytes(), std::move(data));
  auto out = at::detail::make_tensor<c10::TensorImpl>(std::move(storage), kKeys, t.dtype());
  out.unsafeGetTensorImpl()->set_storage_offset(t.storage_offset());
  out.unsafeGetTensorImpl()->set_sizes_and_strides(t.sizes(), t.strides());
  return out;
}

torch::Tensor copy_from(const torch::Tensor& from, const torch::Tensor& to, bool) {
  if (from.is_cpu())
    cross(is_pinned(from.storage().data()) ? Crossing::Kind::PinnedUpload : Crossing::Kind::Upload, from);
  if (to.is_cpu()) cross(Crossing::Kind::Download, from);
  const at::RecordFunctionGuard unseen(false);
  as_host(to).copy_(as_host(from));
  return to;
}

// The argument as the CPU's kernel wants it; refused where it is not on the device.
c10::IValue checked(const c10::IValue& argument, const c10::OperatorHandle& op) {
  const auto check = [&](const torch::Tensor& t) {
    if (t.defined() && !t.is_privateuseone() && !t.unsafeGetTensorImpl()->is_wrapped_number())
      TORCH_CHECK(false, op.operator_name().name, ": an argument of shape ", t.sizes(), " ", kUnclean);
    return as_host(t);
  };
  if (argument.isTensor()) return check(argument.toTensor());
  if (argument.isTensorList()) {
    c10::List<torch::Tensor> list;
    for (const torch::Tensor& t : argument.toTensorVector()) list.push_back(check(t));
    return list;
  }
  if (argument.isOptionalTensorList()) {
    c10::List<std::optional<torch::Tensor>> list;
    for (const std::optional<torch::Tensor>& t : argument.toOptionalTensorVector())
      list.push_back(t ? std::optional(check(*t)) : t);
    return list;
  }
  if (argument.isDevice()) return c10::Device(c10::DeviceType::CPU);
  return argument;
}

// An operator that makes its own room in an empty result, as arange does.
void follow(const torch::Tensor& result, const torch::Tensor& host) {
  if (!result.defined() || result.sizes() == host.sizes()) return;
  const auto made = as_device(host);
  auto* const impl = result.unsafeGetTensorImpl();
  impl->set_storage_keep_dtype(made.storage());
  impl->set_storage_offset(made.storage_offset());
  impl->set_sizes_and_strides(made.sizes(), made.strides());
}

void run(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& schema = op.schema();
  const size_t n = schema.arguments().size();
  const std::vector<c10::IValue> given(stack->end() - static_cast<std::ptrdiff_t>(n), stack->end());
  std::vector<c10::IValue> host;
  for (const c10::IValue& argument : given) host.push_back(checked(argument, op));
  stack->resize(stack->size() - n);
  stack->insert(stack->end(), host.begin(), host.end());
  if (op.operator_name().name == "aten::_local_scalar_dense")
    cross(Crossing::Kind::Item, given[0].toTensor());
  const at::RecordFunctionGuard unseen(false);  // it has been seen on its way here
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  for (size_t i = 0; i < n; ++i) {
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias && alias->isWrite() && given[i].isTensor()) follow(given[i].toTensor(), host[i].toTensor());
  }
  const size_t results = schema.returns().size(), first = stack->size() - results;
  for (size_t r = 0; r < results; ++r) {
    c10::IValue& result = (*stack)[first + r];
    if (const auto* alias = schema.returns()[r].alias_info()) {
      TORCH_CHECK(alias->isWrite(), op.operator_name().name, ": a view that the stand-in does not know");
      for (size_t i = 0; i < n; ++i)
        if (const auto* of = schema.arguments()[i].alias_info();
            of && of->beforeSets() == alias->beforeSets())
          result = given[i];
    } else if (result.isTensor()) {
      result = as_device(result.toTensor());
    } else if (result.isTensorList()) {
      c10::List<torch::Tensor> list;
      for (const torch::Tensor& t : result.toTensorVector()) list.push_back(as_device(t));
      result = list;
    }
  }
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&run>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("view", &at::native::view);
  m.impl("_reshape_alias", &at::native::_reshape_alias);
  m.impl("_copy_from", &copy_from);
}

}  // namespace

torch::Device stand_in() {
  return {kType, 0};
}

std::string to_string(const Crossing& c) {
  constexpr const char* kKinds[] = {"Upload", "PinnedUpload", "Download", "Item"};
  return fmt::format("{} {} {}", kKinds[static_cast<int>(c.kind)], c10::toString(c.dtype), c.numel);
}

std::vector<Crossing> take_crossings() {
  const std::lock_guard lock(mutex);
  return std::exchange(crossings, {});
}

}  // namespace rnb
