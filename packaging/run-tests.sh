#!/bin/sh
# Runs the tests: first side by side, each worker with a screen of its own, then those
# marked `alone`, which measure time or memory, in one process. Takes pytest's arguments.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
on_a_screen=packaging/with-screen.sh
# where set-up installs browsers, tests of pages fail without them
if command -v dpkg-query >/dev/null; then export NEEDS_BROWSERS=1; fi

together=0
OMP_NUM_THREADS=1 $python -m pytest -m "not long and not alone" --dist worksteal \
    --tx "${WORKERS:-2}*popen//python=$on_a_screen $python" "$@" || together=$?
if [ $together = 2 ]; then exit 2; fi # interrupted

alone=0
$on_a_screen $python -m pytest -m "not long and alone" "$@" || alone=$?

# 5: the arguments choose no test of this part
if [ $together = 5 ]; then exit $alone; fi
if [ $together = 0 ] && [ $alone != 5 ]; then exit $alone; fi
exit $together
