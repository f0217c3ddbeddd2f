#!/usr/bin/env bash
# A folder that runs without Python: dist/vitviz. About 4 minutes on 2 cores.
#
# An environment of its own (build/bundle-env) is made from the tested versions, with the
# torch that pip finds: on Linux the one with CUDA. TORCH=cpu takes the one without, which
# is the one to publish (README.md says why). To bundle another (ROCm), name a Python that
# has it, PyInstaller and vitviz's dependencies:
#   BUNDLE_PYTHON=/path/to/bin/python packaging/bundle.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh

python=${BUNDLE_PYTHON:-}
if [ -z "$python" ]; then
    need_space 16 .
    case ${TORCH:-} in
        cpu) environment=build/bundle-env-cpu ;;
        "") environment=build/bundle-env ;;
        *) echo "TORCH is cpu or empty, not ${TORCH}." >&2; exit 1 ;;
    esac
    python=$environment/bin/python
    if [ ! -x "$python" ]; then
        "$(find_python)" -m venv "$environment"
    fi
    pip="$python -m pip --quiet --disable-pip-version-check"
    echo "Installing vitviz's dependencies and PyInstaller into $environment …"
    if [ -n "${TORCH:-}" ]; then
        # uv knows where torch without CUDA is; pip would have to be told
        $pip install uv
        install="$python -m uv pip install --quiet --python $python --torch-backend=$TORCH"
    else
        install="$pip install"
    fi
    $install --constraint packaging/constraints.txt '.[timm,formats]' 'pyinstaller>=6.16'
    # the bundle takes the program from this folder
    $pip uninstall --yes vitviz
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
