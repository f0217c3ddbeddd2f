#!/usr/bin/env bash
# The wheel in a new virtual environment, without and with extras; takes 5.5 GB for a while.
# packaging/check-wheel.sh [WHEEL]
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh
wheel=${1:-$(ls dist/vitviz-*.whl 2>/dev/null || true)}
if [ -z "$wheel" ]; then
    packaging/build-wheel.sh
    wheel=$(ls dist/vitviz-*.whl)
fi
wheel=$(realpath "$wheel")
need_space 8 "${TMPDIR:-/tmp}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$(find_python)" -m venv "$folder/env"
pip="$folder/env/bin/python -m pip install --quiet --disable-pip-version-check --constraint packaging/constraints.txt"

echo "== without extras"
$pip "$wheel"
"$folder/env/bin/python" packaging/wheel_contents.py "$wheel"
(cd "$folder" && "$OLDPWD/packaging/check-route.sh" "$folder/env/bin/vitviz")

echo "== with timm, hf and formats"
$pip "$wheel[all]"
(cd "$folder" && EXTRAS="timm hf formats" "$OLDPWD/packaging/check-route.sh" "$folder/env/bin/vitviz")

echo "== uninstalled"
"$folder/env/bin/python" -m pip uninstall --quiet --yes vitviz
left=$(find "$folder/env" -ipath '*vitviz*')
if [ -n "$left" ]; then
    echo "FAILED  left behind: $left"
    exit 1
fi
echo "ok      nothing of it is left"
