#!/usr/bin/env bash
# The .deb on a Debian that has nothing else: install, use, remove, compare.
#
#   sudo packaging/check-deb.sh [PACKAGE]
#
# Makes a fresh Debian with debootstrap in ROOT (default: a temporary folder; kept and used
# again where ROOT is given). Needs root, debootstrap, xvfb, xdotool, and 12 GB.
# desktop-file-validate and appstreamcli run in the fresh root's own versions.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh
for tool in debootstrap Xvfb xdotool; do
    command -v "$tool" >/dev/null || { echo "check-deb.sh needs $tool." >&2; exit 1; }
done
eval "$(python3 packaging/identity.py)"
package=$(realpath "${1:-$(ls -t dist/vitviz_*.deb | head -1)}")
suite=${SUITE:-bookworm}
# the archive that this machine itself installs from
# shellcheck disable=SC2016
own=$(apt-get indextargets --format '$(SITE)' | sort -u | sed -n '/security/!{p;q}')
mirror=${MIRROR:-$own}
keep=${ROOT:+yes}
root=${ROOT:-$(mktemp -d)}
mkdir -p "$root"
chmod 755 "$root" # it is the user's "/"; mktemp lets nobody else in
work=$(mktemp -d)
need_space 12 "$(dirname "$root")"

server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    for place in dev/pts dev proc; do
        mountpoint -q "$root/$place" && umount "$root/$place"
    done
    rm -rf "$work"
    [ -n "$keep" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT
say() { echo "== $*"; }
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/home/user \
        DISPLAY="${display:-}" chroot "$root" "$@"
}
as_user() { inside setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
# all files, links and folders with their kind and size; not what runs or is only cached
listed() {
    (cd "$root" && find . \( -path ./proc -o -path ./dev -o -path ./sys -o -path ./tmp \
        -o -path ./run -o -path ./var/lib/apt -o -path ./var/cache/apt \) -prune -o \
        -printf '%y %p\n' | sort)
}

if [ ! -x "$root/usr/bin/dpkg" ]; then
    say "a fresh $suite"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log"
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
cp /etc/hosts "$root/etc/hosts"
if [ "$suite" = bookworm ] && ! grep -q security "$root/etc/apt/sources.list"; then
    echo "deb $mirror-security bookworm-security main" >>"$root/etc/apt/sources.list"
fi
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

say "what a desktop has: the checkers, and the databases of menus and types"
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    desktop-file-utils appstream shared-mime-info hicolor-icon-theme procps >"$work/apt.log" 2>&1
inside id user >/dev/null 2>&1 || inside useradd -u 1000 -m user
# a root that is used again must not hold what an earlier run left
inside dpkg --purge vitviz >/dev/null 2>&1
inside sh -c 'rm -rf /home/user && mkdir -m 755 /home/user && chown 1000:1000 /home/user'
install -o 1000 -g 1000 -m 644 resources/samples/cat.jpg "$root/home/user/my cat.jpg"

# what the package depends on stays behind in any case: it is installed first
cp "$package" "$root/tmp/vitviz.deb"
depends=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/,//g')
say "its dependencies: $depends"
# shellcheck disable=SC2086
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    $depends >>"$work/apt.log" 2>&1
inside sh -c 'rm -f /var/cache/apt/archives/*.deb'
listed >"$work/before"

say "install"
began=$(date +%s)
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    /tmp/vitviz.deb >"$work/install.log" 2>&1 || { tail "$work/install.log"; exit 1; }
rm "$root/tmp/vitviz.deb"
echo "        $(($(date +%s) - began)) s, $(du -sm "$root/opt/vitviz" | cut -f1) MB"

say "desktop entry, AppStream, type, icons"
inside desktop-file-validate /usr/share/applications/vitviz.desktop
inside appstreamcli validate --no-net --pedantic "/usr/share/metainfo/$IDENTIFIER.metainfo.xml"
inside appstreamcli validate-tree --no-net / | tail -1
inside sh -c 'grep -q "^application/x-vitviz-session=vitviz.desktop" /usr/share/applications/mimeinfo.cache'
inside sh -c 'grep -q "x-vitviz-session" /usr/share/mime/globs2'
inside sh -c 'test -s /usr/share/icons/hicolor/48x48/apps/vitviz.png'
echo "ok"

say "every library that Qt and its plugins name is there"
inside sh -c 'find /opt/vitviz/_internal/PySide6 -name "*.so*" -exec \
    env LD_LIBRARY_PATH=/opt/vitviz/_internal ldd {} +' >"$work/libraries" || true
if grep "not found" "$work/libraries" | sort -u; then
    echo "FAILED  these are missing"
    exit 1
fi
echo "ok"

say "self-test, without a display and with one"
as_user vitviz --version
code=0
as_user vitviz 2>"$work/said" || code=$?
[ "$code" = 2 ] && [ "$(wc -l <"$work/said")" = 1 ] && cat "$work/said"
Xvfb -displayfd 3 -ac -screen 0 1600x1200x24 3>"$work/display" 2>/dev/null &
server=$!
for _ in $(seq 50); do [ -s "$work/display" ] && break; sleep 0.1; done
display=:$(cat "$work/display")
if [ -n "$(command -v openbox)" ]; then DISPLAY=$display openbox >/dev/null 2>&1 & fi
as_user vitviz self-test | tee "$work/self-test"
is_whole_self_test "$work/self-test" || { echo "FAILED  another self-test than elsewhere"; exit 1; }

say "the menu entry's command: open a JPEG, click, export, quit"
command=$(sed -n 's/^Exec=//p' "$root/usr/share/applications/vitviz.desktop" |
    sed 's/%F/"\/home\/user\/my cat.jpg"/')
echo "        $command"
as_user timeout 120 sh -c "cd; exec $command" 2>"$work/stderr" &
program=$!
export DISPLAY=$display
window=$(xdotool search --sync --onlyvisible --name vitviz | tail -1)
sleep "${WAIT:-12}"
eval "$(xdotool getwindowgeometry --shell "$window")"
xdotool windowfocus "$window"
xdotool mousemove $((X + WIDTH * 3 / 10)) $((Y + HEIGHT * 4 / 10)) click 1
sleep 1
xdotool key ctrl+e
sleep 2
xdotool type --delay 20 "/home/user/where it looks.png"
xdotool key Return
sleep 3
if [ -n "${SCREENSHOT:-}" ]; then xwd -root -out "$SCREENSHOT"; fi
xdotool key ctrl+q
wait "$program"
[ ! -s "$work/stderr" ] || { echo "FAILED  it wrote:"; cat "$work/stderr"; exit 1; }
unset DISPLAY
test -s "$root/home/user/where it looks.png"
file -b "$root/home/user/where it looks.png" 2>/dev/null || ls -l "$root/home/user"

say "remove"
inside env DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq vitviz >>"$work/apt.log" 2>&1
listed >"$work/after"
diff "$work/before" "$work/after" | grep '^[<>]' >"$work/changed" || true
grep -v '^> [df] \./home/user/' "$work/changed" >"$work/left" || true
sed 's/^/        /' "$work/changed"
if [ -s "$work/left" ]; then
    echo "FAILED  the lines outside of /home/user"
    exit 1
fi
echo "ok      nothing is left but the user's own files"
