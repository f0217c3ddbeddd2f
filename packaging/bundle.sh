#!/usr/bin/env bash
# A folder that runs without Python: dist/vitviz. About 4 minutes on 2 cores.
#
# An environment of its own (build/bundle-env) is made from the tested versions. To bundle
# another torch (CPU, ROCm), name a Python that has it, PyInstaller and vitviz's
# dependencies:  BUNDLE_PYTHON=/path/to/bin/python packaging/bundle.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh

python=${BUNDLE_PYTHON:-}
if [ -z "$python" ]; then
    need_space 16 .
    python=build/bundle-env/bin/python
    if [ ! -x "$python" ]; then
        "$(find_python)" -m venv build/bundle-env
    fi
    echo "Installing vitviz's dependencies and PyInstaller into build/bundle-env …"
    "$python" -m pip install --quiet --disable-pip-version-check \
        --constraint packaging/constraints.txt '.[timm,formats]' 'pyinstaller>=6.16'
    # the bundle takes the program from this folder
    "$python" -m pip uninstall --quiet --yes vitviz
else
    need_space 6 .
fi

"$python" packaging/icons.py build/icons
if ! nice "$python" -m PyInstaller --noconfirm --log-level WARN \
    --distpath dist --workpath build/bundle packaging/vitviz.spec; then
    echo "PyInstaller failed." >&2
    exit 1
fi
"$python" packaging/notices.py dist/vitviz
"$python" packaging/sizes.py dist/vitviz build/bundle/vitviz/left-out.json |
    tee build/sizes.md
echo "Built dist/vitviz. Check it with: make check-bundle"
