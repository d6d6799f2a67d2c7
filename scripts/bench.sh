#!/usr/bin/env bash
# Build and run the benchmarks (release preset). Arguments go to each program, for example --benchmark_filter=gram.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh
cmake --preset release -DRNB_TESTS=OFF -DRNB_BENCHMARKS=ON >/dev/null
cmake --build --preset release
for program in build/release/benchmarks/rnb_bench_*; do
  echo "== ${program##*/}"
  "$program" --benchmark_counters_tabular=true "$@"
done
