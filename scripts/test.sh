#!/usr/bin/env bash
# Set up, build, run the fast tests.
#   scripts/test.sh           the fast tests
#   scripts/test.sh --slow    all of them, and every parser fuzzed for a minute
# Tests that need data from outside run when RNB_DATA_DIR names its folder, and say that they were skipped otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=dev
for argument in "$@"; do
  case "$argument" in
    --slow) preset=dev-slow ;;
    --help | -h)
      sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      printf "test: unknown option '%s'; expected --slow\n" "$argument" >&2
      exit 2
      ;;
  esac
done

scripts/setup.sh
cmake --preset dev -DRNB_BENCHMARKS=OFF
cmake --build --preset dev
ctest --preset "$preset" -j2
