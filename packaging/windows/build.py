"""Installer for Windows, made by NSIS.

    python packaging/windows/build.py [BUNDLE]

Runs makensis on vitviz.nsi with the folder that PyInstaller built (dist/vitviz).
makensis is in NSIS for Windows, and in Debian's package nsis, by which the script is
checked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bundle_parts import PICTURE_ENDINGS, ROOT, version
from identity import AUTHORS


def command(bundle: Path, output: Path, work: Path) -> list[str]:
    """Return the command that makes the installer.

    Writes the list of endings of pictures into the folder `work`.
    """
    pictures = work / "pictures.nsh"
    lines = [f"!insertmacro Picture {ending}\n" for ending in PICTURE_ENDINGS]
    pictures.write_text("".join(lines), encoding="utf-8")
    files = [p for p in bundle.rglob("*") if p.is_file()]
    defines = {
        "VERSION": version(),
        "AUTHORS": AUTHORS,
        "BUNDLE": bundle.resolve(),
        "OUTPUT": output.resolve(),
        "PICTURES": pictures.resolve(),
        "SIZE_KB": sum(p.stat().st_size for p in files) // 1024,
    }
    script = Path(__file__).with_name("vitviz.nsi")
    tool = shutil.which("makensis") or "makensis"
    options = [f"-D{name}={value}" for name, value in defines.items()]
    return [tool, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *options, str(script)]


def main(bundle: Path) -> int:
    """Make the installer and return makensis's exit code."""
    output = ROOT / "dist" / f"vitviz-{version()}-setup.exe"
    work = ROOT / "build"
    work.mkdir(exist_ok=True)
    return subprocess.run(command(bundle, output, work)).returncode


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "vitviz"
    sys.exit(main(given))
