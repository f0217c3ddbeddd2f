#!/usr/bin/env bash
# dist/vitviz_VERSION_ARCH.deb from dist/vitviz, which packaging/bundle.sh builds; a bundle
# with CUDA becomes dist/vitviz_VERSION_ARCH-cuda.deb. TORCH=cpu: see bundle.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/lib.sh
eval "$(python3 packaging/identity.py)"

# a bundle of an earlier state, or with another torch than wanted, will not do
if [ ! -x dist/vitviz/vitviz ] || [ "${TORCH:-$(torch_of dist/vitviz)}" != "$(torch_of dist/vitviz)" ] ||
    [ -n "$(find vitviz resources packaging pyproject.toml -newer dist/vitviz/vitviz \
        -type f ! -name '*.pyc' -print -quit)" ]; then
    packaging/bundle.sh
fi
suffix='' words=''
if [ "$(torch_of dist/vitviz)" = cuda ]; then
    suffix=-cuda
    words='
 .
 This build carries CUDA, for computers with an NVIDIA GPU; it runs on others too.'
fi
size_gb=$(($(du -sk dist/vitviz | cut -f1) / 1024 / 1024 + 1))
need_space $((size_gb + 2)) .

version=$(version)
arch=$(dpkg --print-architecture)
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}" +%Y-%m-%d)
root=build/deb
rm -rf "$root"
mkdir -p "$root"/{DEBIAN,opt,usr/bin,usr/share/{applications,metainfo,mime/packages,doc/vitviz}}

# hard links: 4 GB need not be copied
cp -al dist/vitviz "$root/opt/vitviz"
ln -s /opt/vitviz/vitviz "$root/usr/bin/vitviz"
share=$root/usr/share
cp packaging/linux/vitviz.desktop "$share/applications/"
cp packaging/linux/vitviz.mime.xml "$share/mime/packages/vitviz.xml"
sed "s/@VERSION@/$version/; s/@DATE@/$date/; s/@IDENTIFIER@/$IDENTIFIER/
    s/@AUTHORS@/$AUTHORS/" packaging/linux/vitviz.metainfo.xml \
    >"$share/metainfo/$IDENTIFIER.metainfo.xml"
for picture in build/icons/*.png; do
    size=$(basename "$picture" .png)
    theme=$share/icons/hicolor/${size}x$size
    install -Dm644 "$picture" "$theme/apps/vitviz.png"
    install -Dm644 "$picture" "$theme/mimetypes/application-x-vitviz-session.png"
done
theme=$share/icons/hicolor/scalable
install -Dm644 resources/icons/vitviz.svg "$theme/apps/vitviz.svg"
install -Dm644 resources/icons/vitviz.svg \
    "$theme/mimetypes/application-x-vitviz-session.svg"
packaging/linux/copyright.sh "$AUTHORS" >"$share/doc/vitviz/copyright"
printf 'vitviz (%s) unstable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n' \
    "$version" "$version" "$AUTHORS <$CONTACT>" "$(date -u -R -d "$date")" |
    gzip -9n >"$share/doc/vitviz/changelog.gz"

# libraries of the system that the bundle leaves to it, as packages
depends=$(python3 packaging/linux/depends.py build/bundle/vitviz/left-out.json)
installed=$(du -sk --apparent-size "$root/opt" "$root/usr" | awk '{sum += $1} END {print sum}')
cat >"$root/DEBIAN/control" <<CONTROL
Package: vitviz
Version: $version
Architecture: $arch
Maintainer: $AUTHORS <$CONTACT>
Installed-Size: $installed
Section: science
Priority: optional
Depends: $depends
Recommends: fonts-dejavu-core | fonts-noto-core, fonts-noto-cjk
Description: see where a Vision Transformer looks
 Open a picture, click a patch, and see where a Vision Transformer looks: in
 every head of every layer, at once, exactly. A small trained model is part of
 the program, so the first map needs no download and no network.
 .
 Figures and numbers can be exported, also from the command line.$words
CONTROL
find "$root" -type d -exec chmod 755 {} +
# dpkg removes /opt when it is empty and nobody else's package names it; it was there
printf '#!/bin/sh\nset -e\n[ -d /opt ] || mkdir /opt\n' >"$root/DEBIAN/postrm"
chmod 755 "$root/DEBIAN/postrm"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

package=dist/vitviz_${version}_$arch$suffix.deb
# xz would take half an hour for a few percent: most of it is machine code of the GPU's
dpkg-deb --root-owner-group -Zzstd -z3 --build "$root" "$package"
rm -rf "$root"
ls -l "$package"
