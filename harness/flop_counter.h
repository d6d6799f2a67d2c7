#pragma once
// FLOPs of the operators that really run, forward and backward: every matrix product and attention call is
// seen by an at::RecordFunction callback with its shapes and added to the ledger's innermost phase. One
// multiply-add counts 2.

#include <memory>

namespace rnb {

class Ledger;

class FlopCounter {
 public:
  explicit FlopCounter(Ledger& ledger);  // counts from here on, on every thread of autograd
  ~FlopCounter();
  FlopCounter(const FlopCounter&) = delete;
  FlopCounter& operator=(const FlopCounter&) = delete;

 private:
  unsigned long handle_;
};

}  // namespace rnb
