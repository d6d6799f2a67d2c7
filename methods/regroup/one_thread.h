#pragma once
// FAISS and BLAS split their sums by thread: one thread for the lifetime of this object makes the result the
// same on every machine. Declared here since nothing in the project is compiled with -fopenmp.

extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();

namespace rnb {

class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace rnb
