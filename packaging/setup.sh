#!/bin/sh
# Set-up for make: system libraries, virtual environment, installation. Quick when done.
# With the argument "tests" also what only tests need: browsers for the web page.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/.set-up
if [ "${1:-}" = tests ]; then stamp=.venv/.set-up-tests; fi
if [ -f "$stamp" ] && [ "$stamp" -nt pyproject.toml ] &&
   [ "$stamp" -nt packaging/constraints.txt ] && [ "$stamp" -nt packaging/setup.sh ]; then
    exit 0
fi

libraries="libegl1 libgl1 libopengl0 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 libfontconfig1 libglib2.0-0
fonts-dejavu-core fonts-noto-cjk xvfb xauth openbox python3-venv"
if [ "${1:-}" = tests ]; then libraries="$libraries chromium chromium-driver
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
echo "Installing vitviz and its libraries into .venv (the first time: minutes, 6.3 GB) …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint packaging/constraints.txt --editable '.[dev]'
touch .venv/.set-up "$stamp"
