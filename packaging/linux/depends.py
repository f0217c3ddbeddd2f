"""Dependencies of the .deb: Debian's packages with libraries that it does not hold.

    python3 packaging/linux/depends.py LEFT-OUT.JSON

Prints one line: packages with the system libraries that were left out of the bundle,
and those that are opened by name. Only the C and C++ libraries, whose symbols are
versioned, have a version: that of this machine, which the bundle was built against.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from notices import owner

# The first three are needed by every program; the others are opened by Qt's plugins for
# X11 and Wayland, so they are named whether or not this machine has them.
ALWAYS = (
    *("libc6", "libstdc++6", "libgcc-s1"),
    *("libegl1", "libgl1", "libxcb1"),
    *("libwayland-client0", "libwayland-cursor0", "libwayland-egl1"),
)
VERSIONED = {"libc6", "libstdc++6"}
LEFT = "the system's own libraries"


def main(left_out: Path) -> None:
    """Print the dependencies in one line, as a control file has them.

    left_out : JSON of what was left out of the bundle, as the recipe writes it.
    """
    names = {Path(f).name for f in json.loads(left_out.read_text())[LEFT]["files"]}
    packages = {owner(name).split(":")[0] for name in names} - {""}
    packages |= set(ALWAYS)
    print(", ".join(map(_entry, sorted(packages))))


def _entry(package: str) -> str:
    if package not in VERSIONED:
        return package
    result = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package],
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{package} (>= {result.stdout.split('-')[0].split('+')[0]})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
