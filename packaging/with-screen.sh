#!/bin/sh
# Runs a command on a virtual screen of its own, with a window manager.
set -eu
export LIBGL_ALWAYS_SOFTWARE=1
exec xvfb-run --auto-servernum --server-args "-screen 0 ${SCREEN:-1600x1200x24}" \
    sh -c 'openbox >/dev/null 2>&1 & manager=$!; "$@"; status=$?; kill $manager; exit $status' sh "$@"
