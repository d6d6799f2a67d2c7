#pragma once
// FLOPs of the operators that really run, forward and backward: every matrix product and attention call is
// seen by an at::RecordFunction callback with its shapes and added to the ledger's innermost phase. One
// multiply-add counts 2.

#include <memory>

namespace rnb {

class Ledger;

class FlopCounter {
 public:
  // Counts from here on, on every thread of autograd. A counter within another takes over until it ends: a
  // nested run has a bill of its own.
  explicit FlopCounter(Ledger& ledger);
  ~FlopCounter();
  FlopCounter(const FlopCounter&) = delete;
  FlopCounter& operator=(const FlopCounter&) = delete;

 private:
  Ledger* outer_;
  unsigned long handle_ = 0;
};

}  // namespace rnb
