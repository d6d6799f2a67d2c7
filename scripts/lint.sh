#!/usr/bin/env bash
# What can be said of the sources without compiling them: format, shell scripts, Python, structure.
#   scripts/lint.sh [format] [shell] [python] [structure]     default: all; every breach is printed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

parts=("$@")
if ((${#parts[@]} == 0)); then parts=(format shell python structure); fi
failed=()
run() {
  local part=$1
  shift
  "$@" || failed+=("$part")
}
# Files that git knows of, but for those that were just deleted.
existing() {
  local file
  while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
  done < <(git ls-files -z "$@")
}
for part in "${parts[@]}"; do
  case "$part" in
    format)
      mapfile -d '' -t files < <(existing '*.cpp' '*.h')
      run format clang-format-19 --dry-run -Werror "${files[@]}"
      ;;
    shell)
      mapfile -d '' -t files < <(existing '*.sh' .ci/run)
      run shell shellcheck --external-sources "${files[@]}"
      ;;
    python)
      run python .venv/bin/ruff check --quiet .
      run python .venv/bin/ruff format --quiet --check .
      ;;
    structure) run structure python3 scripts/structure.py ;;
    --help | -h)
      sed -n '2,3s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      printf "lint: unknown part '%s'; expected format, shell, python or structure\n" "$part" >&2
      exit 2
      ;;
  esac
done
if ((${#failed[@]} > 0)); then
  printf 'lint: failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
printf 'lint: %s: nothing found\n' "${parts[*]}"
