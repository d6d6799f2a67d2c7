#!/usr/bin/env bash
# The full matrix, hours of it on two cores. One line per part; its log is build/check/PART.log.
#   scripts/check.sh [--again] [PART...]     default: every part
# lint     format, shell scripts, Python, structure
# gcc      g++ 12 with -flto: all is built, a type defined in two ways is an error (-Wodr); fast tests
# tidy     clang-tidy over the product's sources, warnings are errors
# asan     address and undefined-behaviour sanitizers over everything; fast tests
# slow     tests with the label slow, with the libraries that fixtures come from (setup.sh --oracle)
# fuzz     every parser fuzzed for a minute, under the sanitizers
# figures  figures of docs/ redrawn and compared, from the runs that RNB_STUDIES names ("STUDY=FOLDER ..."); skipped without it
# A part that has passed is not done again for the same commit (and the same changes on it) unless --again is given.
# The last line counts what passed, failed and was skipped. Exit code: 0 none failed, 1 some failed, 2 usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=(lint gcc tidy asan slow fuzz figures)
skip=77  # exit code of a part that could not be done, as automake has it

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
      local studies
      read -ra studies <<<"${RNB_STUDIES:-}"
      if ((${#studies[@]} == 0)); then
        echo "skipped: RNB_STUDIES names no runs to redraw figures from"
        exit "$skip"
      fi
      cmake --preset dev
      scripts/docs.sh --check "${studies[@]}"
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

scripts/setup.sh
mkdir -p build/check
declare -A count=([ok]=0 [FAILED]=0 [skipped]=0)
for part in "${parts[@]}"; do
  log=build/check/$part.log
  passed=build/check/$part.passed
  before=$(state)
  if [[ $again == no && -f $passed && "$(<"$passed")" == "$before" ]]; then
    printf '%-8s ok      before      %s\n' "$part" "$(summary "$log")"
    count[ok]=$((count[ok] + 1))
    continue
  fi
  rm -f "$passed"
  start=$SECONDS
  code=0
  scripts/check.sh --inside "$part" >"$log" 2>&1 || code=$?
  case "$code" in
    0)
      result=ok
      printf '%s\n' "$before" >"$passed"
      ;;
    "$skip") result=skipped ;;
    *) result=FAILED ;;
  esac
  count[$result]=$((count[$result] + 1))
  printf '%-8s %-7s %4d min    %s    %s\n' "$part" "$result" $(((SECONDS - start + 30) / 60)) "$(summary "$log")" "$log"
done
printf 'check: %d passed, %d failed, %d skipped\n' "${count[ok]}" "${count[FAILED]}" "${count[skipped]}"
((count[FAILED] == 0))
