#!/usr/bin/env bash
# dist/vitviz-VERSION-py3-none-any.whl and dist/vitviz-VERSION.tar.gz.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh
python=build/wheel-env/bin/python
if [ ! -x "$python" ]; then
    "$(find_python)" -m venv build/wheel-env
    "$python" -m pip install --quiet --disable-pip-version-check build
fi
rm -f dist/vitviz-*.whl dist/vitviz-*.tar.gz
# the wheel is built from the source package, so that both are complete
"$python" -m build --outdir dist .
ls -l dist/vitviz-*.whl dist/vitviz-*.tar.gz
