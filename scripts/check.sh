#!/usr/bin/env bash
# The full matrix, hours of it on two cores. One line per part; its log is build/check/PART.log.
#   scripts/check.sh [--again] [PART...]     default: every part
# lint     format, shell scripts, Python, structure
# gcc      g++ 12 with -flto: all is built, a type defined in two ways is an error (-Wodr); fast tests
# tidy     clang-tidy over the product's sources, warnings are errors
# asan     address and undefined-behaviour sanitizers over everything; fast tests
# slow     tests with the label slow, with the libraries that fixtures come from (setup.sh --oracle)
# fuzz     every parser fuzzed for a minute, under the sanitizers
# figures  the figures of docs/ redrawn and compared
# A part that has passed is not done again for the same commit (and the same changes on it) unless --again is given.
# Exit code: 0 all passed, 1 some failed, 2 usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=(lint gcc tidy asan slow fuzz figures)

build_and_test() {  # PRESET: everything, then the fast tests
  cmake --preset "$1" -DRNB_BENCHMARKS=OFF
  cmake --build --preset "$1"
  ctest --preset "$1"
}

run_part() {
  case "$1" in
    lint) scripts/lint.sh ;;
    gcc) build_and_test gcc-lto ;;
    tidy)
      cmake --preset dev
      cmake --build --preset dev --target rnb_pch_plain rnb_pch_torch
      run-clang-tidy-19 -quiet -p build/dev -j "$(nproc)" "^$PWD/(base|datasets|harness|methods|models|results)/.*\.cpp$"
      ;;
    asan) build_and_test asan ;;
    slow)
      scripts/setup.sh --oracle
      cmake --preset dev -DRNB_BENCHMARKS=OFF
      cmake --build --preset dev
      ctest --preset dev-slow --label-regex slow --exclude-regex '\.for60s$'
      ;;
    fuzz)
      cmake --preset asan -DRNB_BENCHMARKS=OFF
      cmake --build --preset asan
      ctest --preset asan-fuzz
      ;;
    figures)
      if [[ -x scripts/docs.sh ]]; then
        scripts/docs.sh --check
      else
        echo "skipped: scripts/docs.sh, which redraws the figures, is not there"
      fi
      ;;
  esac
}

# What a part has passed on: the commit, and a digest of what differs from it.
state() {
  local commit files
  commit=$(git rev-parse HEAD)
  files=$({ git diff HEAD; git ls-files -z --others --exclude-standard | xargs -0r sha256sum; } | sha256sum)
  printf '%s %s\n' "$commit" "${files:0:16}"
}

# The line of a log that says most: ctest's or lint's summary, a reason to skip, the first error.
summary() {
  grep -aE 'tests passed|^(lint|skipped): ' "$1" | tail -n 1 || true
}

if [[ "${1:-}" == --inside ]]; then  # a process of its own: set -e holds in it
  run_part "$2"
  exit
fi

again=no
parts=()
for argument in "$@"; do
  case "$argument" in
    --again) again=yes ;;
    --help | -h)
      sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      if [[ " ${all[*]} " != *" $argument "* ]]; then
        printf "check: unknown part '%s'; expected --again or some of: %s\n" "$argument" "${all[*]}" >&2
        exit 2
      fi
      parts+=("$argument")
      ;;
  esac
done
if ((${#parts[@]} == 0)); then parts=("${all[@]}"); fi
if [[ -z "${RNB_DATA_DIR:-}" && -d ../shared/data ]]; then
  RNB_DATA_DIR=$(cd ../shared/data && pwd)
  export RNB_DATA_DIR
fi

scripts/setup.sh
mkdir -p build/check
failed=0
for part in "${parts[@]}"; do
  log=build/check/$part.log
  passed=build/check/$part.passed
  before=$(state)
  if [[ $again == no && -f $passed && "$(<"$passed")" == "$before" ]]; then
    printf '%-8s ok      before      %s\n' "$part" "$(summary "$log")"
    continue
  fi
  rm -f "$passed"
  start=$SECONDS
  result=FAILED
  if scripts/check.sh --inside "$part" >"$log" 2>&1; then
    result=ok
    printf '%s\n' "$before" >"$passed"
  else
    failed=1
  fi
  printf '%-8s %-7s %4d min    %s    %s\n' "$part" "$result" $(((SECONDS - start + 30) / 60)) "$(summary "$log")" "$log"
done
exit "$failed"
