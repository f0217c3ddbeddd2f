#!/bin/sh
# Set-up for make: system libraries, virtual environment, installation. Quick when done.
#
#   packaging/setup.sh          what running needs
#   packaging/setup.sh tools    also what lint, types, tests and pictures need
#   packaging/setup.sh tests    also browsers, which only tests of the web page need
#
# On Linux, pip's PyTorch is the build with CUDA, 5.5 GB. Without an NVIDIA driver the build
# for the processor is taken from PyTorch's own index, if that answers. TORCH=cpu insists on
# it, TORCH=cuda takes pip's; without either, a PyTorch that is in .venv already stays.
# TORCH_INDEX names another index, such as a mirror.
set -eu
cd "$(dirname "$0")/.."

level=${1:-run}
case $level in
    run) stamps=.venv/.set-up extra=all ;;
    tools) stamps=".venv/.set-up-tools .venv/.set-up" extra=dev ;;
    tests) stamps=".venv/.set-up-tests .venv/.set-up-tools .venv/.set-up" extra=dev ;;
    *) echo "setup.sh takes run, tools or tests, not $level." >&2; exit 1 ;;
esac
system=$(uname -s)
case ${TORCH:-} in
    "") asked="" ;;
    # elsewhere pip's is that build
    cpu) if [ "$system" = Linux ]; then asked=cpu; else asked=""; fi ;;
    cuda) asked=pip ;;
    *) echo "TORCH is cpu, cuda or empty, not $TORCH." >&2; exit 1 ;;
esac

# Say which build of PyTorch is in .venv: cpu, pip (what pip gives), or nothing.
build_here() {
    for info in .venv/lib/python3*/site-packages/torch-*.dist-info; do
        case $info in
            *'*'*) ;; # the pattern itself: there is none
            *+cpu.dist-info) echo cpu ;;
            *) echo pip ;;
        esac
    done
}

stamp=${stamps%% *}
if [ -f "$stamp" ] && [ "$stamp" -nt pyproject.toml ] &&
   [ "$stamp" -nt packaging/constraints.txt ] && [ "$stamp" -nt packaging/setup.sh ] &&
   { [ -z "$asked" ] || [ "$(build_here)" = "$asked" ]; }; then
    exit 0
fi

libraries="libegl1 libgl1 libopengl0 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 libfontconfig1 libglib2.0-0
fonts-dejavu-core python3-venv"
case $level,${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    run,ja*) libraries="$libraries fonts-noto-cjk" ;;
    run,*) ;;
    *) libraries="$libraries fonts-noto-cjk xvfb xauth openbox" ;;
esac
if [ "$level" = tests ]; then libraries="$libraries chromium chromium-driver
firefox-esr nodejs"; fi

if command -v dpkg-query >/dev/null; then
    missing=""
    for name in $libraries; do
        state=$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || missing="$missing $name"
    done
    # shellcheck disable=SC2086
    if [ -n "$missing" ]; then
        echo "vitviz needs these system packages:$missing"
        if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo -n"; fi
        if $as_root true 2>/dev/null; then
            $as_root apt-get update -qq
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends $missing >/dev/null
        else
            echo "Install them, then run make again:"
            echo "    sudo apt-get install$missing"
            exit 1
        fi
    fi
fi

python=""
for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null &&
       "$name" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then python=$name; break; fi
done
if [ -z "$python" ]; then
    echo "vitviz needs Python 3.11 or later with its venv module." >&2
    exit 1
fi
if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv
fi
pip=".venv/bin/python -m pip"
install="$pip install --quiet --disable-pip-version-check --constraint packaging/constraints.txt"

# The address stands in pyproject.toml, where uv reads it too.
index=${TORCH_INDEX:-$(sed -n '/^\[\[tool\.uv\.index\]\]/,/^$/s/^url = "\(.*\)"/\1/p' pyproject.toml)}

# Say whether PyTorch's index answers within 5 s, whatever it is that takes longer.
index_answers() {
    .venv/bin/python -c '
import os, signal, ssl, sys, urllib.request
signal.alarm(5)
trusted = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
urllib.request.urlopen(sys.argv[1] + "/torch/", context=trusted).close()
' "$index" 2>/dev/null
}

has_nvidia_driver() {
    [ -e /proc/driver/nvidia/version ] || nvidia-smi -L >/dev/null 2>&1
}

# which build, and in words why
here=$(build_here)
build=pip
why="as pip gives it"
if [ "$asked" = cpu ]; then
    build=cpu
    why="without CUDA, as TORCH=cpu asks"
    if [ "$here" != cpu ] && ! index_answers; then
        echo "PyTorch's index, $index, did not answer within 5 s, so TORCH=cpu cannot be" \
            "had now. Without TORCH=cpu pip's build is installed." >&2
        exit 1
    fi
elif [ "$asked" = pip ]; then
    why="as pip gives it, as TORCH=cuda asks"
elif [ -n "$here" ]; then
    build=$here
elif [ "$system $(uname -m)" = "Linux x86_64" ]; then
    if has_nvidia_driver; then
        why="with CUDA, since there is an NVIDIA driver (TORCH=cpu: without)"
    elif index_answers; then
        build=cpu
        why="without CUDA, since no NVIDIA driver was found (TORCH=cuda: with it)"
    else
        why="with CUDA, since PyTorch's index, $index, did not answer within 5 s"
    fi
fi

# measured with torch 2.14.1 from pip and 2.13.0 for the processor, Python 3.11
case "$system $(uname -m),$build,$extra" in
    "Linux x86_64,cpu,all") size="to download 0.4 GB, installed 1.5 GB" ;;
    "Linux x86_64,cpu,dev") size="to download 0.6 GB, installed 2.3 GB" ;;
    "Linux x86_64,pip,all") size="to download 3.2 GB, installed 6.3 GB" ;;
    "Linux x86_64,pip,dev") size="to download 3.4 GB, installed 7.1 GB" ;;
    *) size="how large is not known for this kind of machine" ;;
esac
case $extra in
    all) what="vitviz and its libraries" ;;
    dev) what="vitviz, its libraries and the developers' tools" ;;
esac
if [ -n "$here" ] && { [ -z "$asked" ] || [ "$asked" = "$here" ]; }; then
    echo "Installing $what into .venv; PyTorch is there and stays …"
else
    echo "Installing $what into .venv; PyTorch $why."
    echo "Together: $size. This takes minutes …"
fi

if [ -n "$here" ] && [ "$here" != "$build" ]; then
    # pip takes one build for as good as the other, and leaves what only one needs
    # shellcheck disable=SC2046
    $pip uninstall --quiet --yes $($pip freeze |
        grep -E '^(torch|torchvision|triton|nvidia-.*|cuda-.*)==' | cut -d= -f1)
fi
# Only these two come from there, all else from where pip gets it. Where they are there
# already, pip asks no index.
if [ "$build" = cpu ] && ! $install --index-url "$index" --no-deps torch torchvision; then
    if [ "$asked" = cpu ]; then
        echo "$index has no PyTorch that fits, so TORCH=cpu cannot be had." >&2
        exit 1
    fi
    echo "$index has no PyTorch that fits; pip's is taken: to download 3 GB," \
        "installed 5.5 GB …"
fi
$install --editable ".[$extra]"
# shellcheck disable=SC2086
touch $stamps
