#!/bin/sh
# Debian's copyright file, from LICENSE: copyright.sh AUTHORS
cd "$(dirname "$0")/../.."
cat <<HEAD
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: vitviz

Files: *
Copyright: $1
License: MIT
Comment: /opt/vitviz/licenses/NOTICES.md lists the libraries in /opt/vitviz with
 their licences; the texts lie beside it. Qt and PySide6 are under the LGPL-3.0.

License: MIT
HEAD
sed 's/^$/./; s/^/ /' LICENSE
