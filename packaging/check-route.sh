#!/usr/bin/env bash
# Does this installation do what it promises?  packaging/check-route.sh COMMAND...
#
#   packaging/check-route.sh .venv/bin/python -m vitviz       a checkout
#   packaging/check-route.sh dist/vitviz/vitviz               a bundle
#
# EXTRAS="timm formats hf" says which extras must work (none of them may crash).
# The others must be refused with one line. Needs xvfb.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
samples=${SAMPLES:-$here/../resources/samples}
extras=" ${EXTRAS:-} "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home XDG_CONFIG_HOME=$work/home/config XDG_STATE_HOME=$work/home/state
export XDG_CACHE_HOME=$work/home/cache XDG_DATA_HOME=$work/home/data
mkdir -p "$HOME"
failed=0

# check WHAT EXIT-CODE COMMAND...: its exit code, and one line at most when refused
check() {
    what=$1 expected=$2
    shift 2
    code=0
    "$@" >"$work/out" 2>"$work/err" || code=$?
    if [ "$code" = "$expected" ] &&
        { [ "$code" = 0 ] || [ "$(wc -l <"$work/err")" = 1 ]; }; then
        echo "ok      $what"
    else
        echo "FAILED  $what: exit code $code, not $expected"
        sed 's/^/        /' "$work/out" "$work/err" | tail -15
        failed=$((failed + 1))
    fi
}
has() { case $extras in *" $1 "*) echo 0 ;; *) echo 2 ;; esac; }

check "--version" 0 "$@" --version
grep -qx "vitviz $(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$here/../vitviz/_version.py")" \
    "$work/out" || { echo "FAILED  another version: $(cat "$work/out")"; failed=$((failed + 1)); }
check "--help" 0 "$@" --help
if LD_DEBUG=files "$@" --help 2>&1 >/dev/null | grep -q 'libQt6Core\|libshiboken\|libtorch'; then
    echo "FAILED  --help loads Qt or torch"
    failed=$((failed + 1))
else
    echo "ok      --help loads neither Qt nor torch"
fi
check "no display is one line and exit code 2" 2 \
    env -u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM "$@"
check "standard streams closed" 0 sh -c '"$@" --version <&- >&- 2>&-' sh "$@"
for ending in png svg pdf gif csv npz; do
    check "export $ending" 0 "$@" export "$samples/cat.jpg" -o "$work/a.$ending"
    [ -s "$work/a.$ending" ] || { echo "FAILED  no a.$ending"; failed=$((failed + 1)); }
done
for method in rollout relevance grad-cam norm-based legrad; do
    check "method $method" 0 "$@" export "$samples/cat.jpg" -o "$work/m.npz" \
        --method "$method"
done
python3 - "$work/a.tif" <<'TIFF'
import struct, sys
pixels = bytes(range(256)) * 3
tags = [(256, 3, 16), (257, 3, 16), (258, 3, 8), (259, 3, 1), (262, 3, 2),
        (273, 4, 8), (277, 3, 3), (278, 3, 16), (279, 4, len(pixels))]
entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
body = struct.pack("<2sHI", b"II", 42, 8 + len(pixels)) + pixels
open(sys.argv[1], "wb").write(body + struct.pack("<H", len(tags)) + entries + bytes(4))
TIFF
check "a TIFF, decoded by a helper process" 0 "$@" export "$work/a.tif" -o "$work/t.png"
check "timm" "$(has timm)" "$@" models show timm:vit_little_patch16_reg4_gap_256
if "$here/../.venv/bin/python" - "$work/a.heic" 2>/dev/null <<'HEIF'
import sys, PIL.Image, pillow_heif
pillow_heif.register_heif_opener()
PIL.Image.new("RGB", (64, 48), "red").save(sys.argv[1])
HEIF
then
    check "a HEIF picture" "$(has formats)" "$@" export "$work/a.heic" -o "$work/h.png"
fi
if "$here/../.venv/bin/python" - "$work/folder" 2>/dev/null <<'FOLDER'
import sys, transformers
size = dict(hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=3)
config = transformers.ViTConfig(**size, image_size=32, patch_size=8)
transformers.ViTForImageClassification(config).save_pretrained(sys.argv[1])
FOLDER
then
    check "a folder of transformers'" "$(has hf)" "$@" export "$samples/cat.jpg" \
        --model "$work/folder" -o "$work/f.png"
fi
check "bench, memory in processes of their own" 0 "$@" bench --tokens 17 \
    --library torchvision
if grep -q "took too long" "$work/out"; then
    echo "FAILED  its processes do not start"
    failed=$((failed + 1))
fi
check "self-test" 0 "$here/with-screen.sh" "$@" self-test
sed 's/^/        /' "$work/out"
if ! is_whole_self_test "$work/out"; then
    echo "FAILED  another self-test than everywhere else"
    failed=$((failed + 1))
fi
left=$(find "$HOME" -type f ! -path '*/openbox/*')
if [ -n "$left" ]; then
    echo "FAILED  files are left in a new home:"
    echo "$left" | sed 's/^/        /'
    failed=$((failed + 1))
else
    echo "ok      a new home is as empty as before"
fi
[ "$failed" = 0 ] && echo "All passed: $*" || echo "$failed failed: $*"
[ "$failed" = 0 ]
