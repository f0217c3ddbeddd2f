"""Refuses, before anything is imported, what is known not to work."""

from __future__ import annotations

import os
import re
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vitviz.errors import EnvironmentFault

_BROKEN_PYSIDE = {"6.9.1", "6.9.2", "6.10.0", "6.11.0", "6.11.1"}
"""Broken with pyqtgraph or with docks, on any Python."""
_ABORTING_PYSIDE = (6, 12, 0)
"""Loses references to None and True on Python before 3.12, then aborts."""
_LEAST = {"torch": (2, 10), "pillow": (12, 3)}
"""Older ones execute or overflow on hostile files (CVE-2025-32434, CVE-2026-24747)."""


def check_libraries(
    versions: dict[str, str] | None = None,
    python: tuple[int, int] = sys.version_info[:2],
) -> None:
    """Raise EnvironmentFault for an installed release that is known to be broken.

    versions : installed versions by package name; None asks the installation.
    """
    found = installed_versions() if versions is None else versions
    pyside = found.get("PySide6-Essentials", "")
    aborts = parsed(pyside) == _ABORTING_PYSIDE and python < (3, 12)
    if pyside in _BROKEN_PYSIDE or aborts:
        raise EnvironmentFault(
            "PySide6 {version} does not work with vitviz on Python {python}. Mend it "
            "with: pip install 'PySide6-Essentials==6.11.3'",
            version=pyside,
            python=".".join(map(str, python)),
        )
    for name, least in _LEAST.items():
        if name in found and parsed(found[name]) < least:
            raise EnvironmentFault(
                "{name} {version} is too old to open files safely. Mend it with: "
                "pip install '{name}>={least}'",
                name=name,
                version=found[name],
                least=".".join(map(str, least)),
            )


def installed_versions() -> dict[str, str]:
    """Versions of the guarded packages that are installed."""
    found = {}
    for name in ("PySide6-Essentials", *_LEAST):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def parsed(text: str) -> tuple[int, ...]:
    """The numbers at the beginning of a version: "2.14.1+cpu" → (2, 14, 1)."""
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, match[0].split("."))) if match else ()


def check_display() -> None:
    """Raise EnvironmentFault where Qt would abort because there is no display."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform != "linux" or platform.startswith(("offscreen", "minimal", "vnc")):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        raise EnvironmentFault(
            "There is no display to open a window on. Run vitviz in a desktop session "
            "or with ssh -X, or use “vitviz export”, which needs none."
        )
    number = re.match(r"(?:unix)?:(\d+)", display)
    if number is None:
        return  # on another machine: Qt finds out
    path = Path(f"/tmp/.X11-unix/X{number[1]}")
    with socket.socket(socket.AF_UNIX) as probe:
        for address in (str(path), "\0" + str(path)):
            try:
                probe.connect(address)
                return
            except OSError:
                continue
    raise EnvironmentFault(
        "The display {display} does not answer. Check DISPLAY, or use “vitviz export”, "
        "which needs no display.",
        display=display,
    )
