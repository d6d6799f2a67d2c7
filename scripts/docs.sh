#!/usr/bin/env bash
# Redraws figures of docs/figures from the runs of their studies, which are not in the repository.
#   scripts/docs.sh STUDY=FOLDER...           docs/figures/STUDY-*.png, drawn by `rnb report --html` from the runs in FOLDER
#   scripts/docs.sh --check STUDY=FOLDER...   compares instead of replacing, and names what differs
# For example dolly-mini=runs/dolly-mini. A figure is named STUDY-FIGURE.png, FIGURE as in plots/figures.py with - for _.
# Figures that no given study redraws are listed. New figures of a study are not added: a file of that name asks for one.
# Exit code: 0 all redrawn (--check: the same), 1 some differ or are not among what the runs give, 2 usage.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
figures=$repository/docs/figures

usage() {
  printf 'docs: %s\n' "$*" >&2
  exit 2
}

check=no
names=()
folders=()
for argument in "$@"; do
  case "$argument" in
    --check) check=yes ;;
    --help | -h)
      sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    -*) usage "unknown option '$argument'; expected --check" ;;
    ?*=?*)
      names+=("${argument%%=*}")
      folders+=("${argument#*=}")
      ;;
    *) usage "'$argument' is not STUDY=FOLDER, for example dolly-mini=runs/dolly-mini" ;;
  esac
done
if ((${#names[@]} == 0)); then usage "no study is given; expected STUDY=FOLDER, for example dolly-mini=runs/dolly-mini"; fi
for folder in "${folders[@]}"; do
  if [[ ! -d $folder ]]; then usage "$folder is not a folder of runs"; fi
done

cd "$repository"
read -ra kinds < <(PYTHONPATH=plots .venv/bin/python -c 'from figures import FIGURES; print(*FIGURES)')
wanted() {  # STUDY: the kinds of figure that docs/figures has of it
  local kind
  for kind in "${kinds[@]}"; do
    if [[ -f $figures/$1-${kind//_/-}.png ]]; then printf '%s\n' "$kind"; fi
  done
}
for name in "${names[@]}"; do
  if [[ -z "$(wanted "$name")" ]]; then usage "docs/figures has no figure of a study '$name'"; fi
done
cd "$OLDPWD"

cmake --build "$repository/build/dev" --target rnb >/dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
declare -A redrawn=()

# redraw STUDY KIND: one figure, from what the study's report has drawn.
redraw() {
  local figure=$1-${2//_/-}.png drawn given
  drawn=("$scratch/$1/figures"/*_"$2".png)
  redrawn[$figure]=1
  given="no such figure"
  if [[ -f ${drawn[0]} ]]; then given="${#drawn[@]} such figures, of several data sets"; fi
  if [[ ! -f ${drawn[0]} ]] || ((${#drawn[@]} > 1)); then
    printf 'not drawn:   docs/figures/%s: its runs give %s\n' "$figure" "$given"
    status=1
  elif cmp -s "${drawn[0]}" "$figures/$figure"; then
    printf 'the same:    docs/figures/%s\n' "$figure"
  elif [[ $check == yes ]]; then
    printf 'differs:     docs/figures/%s\n' "$figure"
    status=1
  else
    cp "${drawn[0]}" "$figures/$figure"
    printf 'replaced:    docs/figures/%s\n' "$figure"
  fi
}

for i in "${!names[@]}"; do
  mkdir -p "$scratch/${names[i]}"
  "$repository/build/dev/rnb" report "${folders[i]}" --html "$scratch/${names[i]}/page.html" >/dev/null
  mapfile -t mine < <(wanted "${names[i]}")
  for kind in "${mine[@]}"; do redraw "${names[i]}" "$kind"; done
done
for figure in "$figures"/*.png; do
  if [[ -z "${redrawn[${figure##*/}]:-}" ]]; then printf 'not redrawn: docs/figures/%s: no given study is its\n' "${figure##*/}"; fi
done
exit "$status"
