#pragma once
// One OpenMP thread for the lifetime of this object. FAISS 1.7.3's own loops give the same sums for any
// number of threads, but the BLAS below it (LibTorch's MKL runs on OpenMP) may split a product differently.
// Declared here since nothing in the project is compiled with -fopenmp.

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
