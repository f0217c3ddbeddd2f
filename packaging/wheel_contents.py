"""Contents of the wheel, compared with the checkout.

    python packaging/wheel_contents.py WHEEL

A wheel holds every module, every resource, the licence and its metadata, and nothing
else.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from bundle_parts import ROOT, resource_files, version


def differences(wheel: Path) -> list[str]:
    """Return what is missing in a wheel and what should not be there, a line each."""
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if not name.endswith("/")}
    info = f"vitviz-{version()}.dist-info"
    wanted = (
        {f"{folder}/{Path(path).name}" for path, folder in resource_files()}
        | {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "vitviz").rglob("*.py")
        }
        | {
            f"{info}/{name}"
            for name in (
                *("METADATA", "WHEEL", "RECORD", "entry_points.txt"),
                "licenses/LICENSE",
            )
        }
    )
    missing = [f"missing: {name}" for name in sorted(wanted - there)]
    return missing + [f"not wanted: {name}" for name in sorted(there - wanted)]


if __name__ == "__main__":
    found = differences(Path(sys.argv[1]))
    print("\n".join(found) or "The wheel holds every module and resource.")
    sys.exit(1 if found else 0)
