#include "harness/bill/flop_counter.h"

#include <atomic>
#include <string_view>

#include <ATen/record_function.h>
#include <torch/torch.h>

#include "harness/bill/ledger.h"

namespace rnb {
namespace {

std::atomic<Ledger*> active_ledger{nullptr};  // RecordFunction callbacks are plain functions: no capture

int64_t dim(const c10::IValue& v, int64_t i) {
  return v.toTensor().size(i);
}

double matmul(const c10::IValue& a, const c10::IValue& b) {  // [.., n, k] x [.., k, m]
  const auto& x = a.toTensor();
  return 2.0 * static_cast<double>(x.numel()) * static_cast<double>(dim(b, -1));
}

// q [B, H, T, e], k [B, H, S, e], v [B, H, S, f]: scores and the weighted sum, 2 B H T S (e + f). A causal
// mask is not deducted: the kernel's saving is its own, and the paper's 2N/6N convention does not deduct it
// either.
double attention(const c10::IValue& q, const c10::IValue& k, const c10::IValue& v) {
  const auto& t = q.toTensor();
  const double pairs =
      static_cast<double>(t.size(0) * t.size(1) * t.size(2)) * static_cast<double>(dim(k, 2));
  return 2.0 * pairs * static_cast<double>(t.size(3) + dim(v, 3));
}

// FLOPs of one operator call; 0 for those that are not counted.
double flops_of(const at::RecordFunction& call) {
  std::string_view name = call.name();
  if (name.substr(0, 6) != "aten::") return 0;
  name.remove_prefix(6);
  // Inputs are only there for operators that take some, so the name decides before they are asked for.
  if (name.find("mm") == std::string_view::npos && name.find("attention") == std::string_view::npos) return 0;
  const auto in = call.inputs();
  if (name == "mm" || name == "bmm") return matmul(in[0], in[1]);
  if (name == "addmm" || name == "addmm_" || name == "baddbmm" || name == "baddbmm_")
    return matmul(in[1], in[2]);
  if (name == "_scaled_dot_product_flash_attention_for_cpu" ||
      name == "_scaled_dot_product_flash_attention" || name == "_scaled_dot_product_efficient_attention" ||
      name == "_scaled_dot_product_cudnn_attention")
    return attention(in[0], in[1], in[2]);
  // Backward: five products against the forward's two (scores again, dV, dP, dQ, dK).
  if (name == "_scaled_dot_product_flash_attention_for_cpu_backward" ||
      name == "_scaled_dot_product_flash_attention_backward" ||
      name == "_scaled_dot_product_efficient_attention_backward" ||
      name == "_scaled_dot_product_cudnn_attention_backward")
    return 2.5 * attention(in[1], in[2], in[3]);
  return 0;
}

std::unique_ptr<at::ObserverContext> on_operator(const at::RecordFunction& call) {
  const double flops = flops_of(call);
  if (flops == 0) return nullptr;
  if (Ledger* ledger = active_ledger) ledger->add_flops(call.name(), flops);
  return nullptr;
}

}  // namespace

FlopCounter::FlopCounter(Ledger& ledger) : outer_(active_ledger.exchange(&ledger)) {
  if (!outer_)
    handle_ = at::addGlobalCallback(
        at::RecordFunctionCallback(on_operator).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
}

FlopCounter::~FlopCounter() {
  active_ledger = outer_;
  if (!outer_) at::removeCallback(handle_);
}

}  // namespace rnb
