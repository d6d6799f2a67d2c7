#pragma once
// One thread for OpenMP and BLAS, in the calling thread and for the lifetime of this object. FAISS 1.7.3's
// own loops give the same sums for any number of threads, but a BLAS may split a product differently.
// LibTorch's MKL has a number of its own, which at::set_num_threads sets; it is looked up weakly since the
// library is not always there. Declared here since nothing in the project is compiled with -fopenmp.

extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads();
extern "C" [[gnu::weak]] int MKL_Set_Num_Threads_Local(int);  // returns the number before; 0: none of its own

namespace rnb {

class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    omp_set_num_threads(1);
    if (MKL_Set_Num_Threads_Local) mkl_before_ = MKL_Set_Num_Threads_Local(1);
  }
  ~OneThread() {
    omp_set_num_threads(before_);
    if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(mkl_before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_, mkl_before_ = 0;
};

}  // namespace rnb
