#!/usr/bin/env bash
# Measure: parts (Google Benchmark), the comparisons with other libraries, and R&B's bill. Prints one set of tables.
#   scripts/bench.sh [micro] [compare] [share]     default: all three; results go to build/bench
# Data: WordNet (which scripts/setup.sh installs). RNB_BENCH_STORE names another prepared store (rnb prepare) that the
# comparisons use and that R&B's bill is measured on besides; RNB_BENCH_TOKENIZERS names tokenizers' folders to compare.
# Nothing else should run on the machine meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

parts=("$@")
if ((${#parts[@]} == 0)); then parts=(micro compare share); fi
for part in "${parts[@]}"; do
  case "$part" in
    micro | compare | share) ;;
    --help | -h)
      sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      printf "bench: unknown part '%s'; expected micro, compare or share\n" "$part" >&2
      exit 2
      ;;
  esac
done
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

if wants compare; then scripts/setup.sh --oracle; else scripts/setup.sh; fi
cmake --preset release -DRNB_TESTS=OFF -DRNB_BENCHMARKS=ON >/dev/null
cmake --build --preset release
rnb=build/release/rnb
out=build/bench
wordnet=$out/stores/wordnet
mkdir -p "$out"

if wants compare || wants share; then
  "$rnb" prepare --dataset wordnet --limit 12000 --tokenizer train:4096 --out "$wordnet"
fi
store=${RNB_BENCH_STORE:-$wordnet}

if wants micro; then
  for program in build/release/benchmarks/rnb_bench_*; do
    name=${program##*/rnb_bench_}
    "$program" --benchmark_repetitions=5 --benchmark_min_time=0.1 --benchmark_display_aggregates_only=true \
      --benchmark_out="$out/micro-$name.json" --benchmark_out_format=json
  done
fi

status=0
if wants compare; then
  rm -f "$out/compare.jsonl"
  # The store's MiniLM vectors, made once and kept beside it.
  "$rnb" regroup --store "$store" --k 5 >/dev/null
  points=$(grep -l '"minilm"' "$store"/embeddings/*.json | head -n 1)
  compare() {
    local script=$1
    shift
    .venv-oracle/bin/python "benchmarks/compare/$script.py" --store "$store" --work "$out/$script" \
      --json "$out/compare.jsonl" "$@" || status=1
  }
  compare training_step
  compare kmeans_sweep --points "${points%.json}.npy"
  compare embedding
  for folder in ${RNB_BENCH_TOKENIZERS:-}; do
    compare tokenizing --tokenizer "$folder"
  done
fi

# share STORE CONTEXT: three runs of R&B at nano, one per seed.
share() {
  local name seed
  name=${1##*/}
  rm -rf "${out:?}/share-$name"
  for seed in 1 2 3; do
    "$rnb" run --store "$1" --method rnb --model nano --context "$2" --steps 300 --eval-every 0 --seed "$seed" \
      --out "$out/share-$name" >/dev/null
  done
  "$rnb" info --json "$out/share-$name" >"$out/share-$name.json"
}
if wants share; then
  share "$wordnet" 64
  if [[ $store != "$wordnet" ]]; then share "$store" 128; fi
fi

python3 benchmarks/table.py "$out" | tee "$out/tables.md"
exit "$status"
