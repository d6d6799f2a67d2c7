#!/usr/bin/env bash
# From a fresh machine to a finished comparison: set-up, build, 15 runs on WordNet, table, figures, report.
#   scripts/quickstart.sh [FOLDER]     results go to FOLDER (default: quickstart); finished runs are not done again
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in
  --help | -h)
    sed -n '2,3s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  -*)
    printf "quickstart: unknown option '%s'; expected a folder or nothing\n" "$1" >&2
    exit 2
    ;;
esac
out=${1:-quickstart}

scripts/setup.sh
cmake --preset release -DRNB_TESTS=OFF -DRNB_BENCHMARKS=OFF >/dev/null
cmake --build --preset release --target rnb rnb_train
rnb=build/release/rnb

"$rnb" sweep experiments/quickstart.ini --out "$out"
echo
"$rnb" report "$out" --html "$out/report.html"
"$rnb" report "$out" --format md --out "$out/report.md"
echo
echo "runs:    $out/*/run.h5"
echo "figures: $out/figures/*.png"
echo "table:   $out/report.md"
echo "page:    $out/report.html"
