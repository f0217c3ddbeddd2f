"""Checks of the libraries and the display before Qt or torch is imported.

    check_libraries      releases that are known to be broken or unsafe
    check_address_space  room for torch under the limits of this process
    check_display        a display server that answers, without which Qt aborts, and a
                         platform that Qt has
    missing_extra        the error for an optional library that is not installed
    failed_import        the error for a library that failed while it was imported

This module itself imports neither.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from vitviz.errors import EnvironmentFault, MissingExtraError, Phrase
from vitviz.system.memory import process_free_bytes
from vitviz.system.paths import is_bundle
from vitviz.system.printable import printable

# Broken with pyqtgraph or with docks, on any Python.
_BROKEN_PYSIDE = {"6.9.1", "6.9.2", "6.10.0", "6.11.0", "6.11.1"}
# Loses references to None and True on Python before 3.12, then aborts.
_ABORTING_PYSIDE = (6, 12, 0)
# Older releases execute code from hostile files or overflow on them (CVE-2025-32434,
# CVE-2026-24747).
_LEAST = {"torch": (2, 10), "pillow": (12, 3)}


def check_libraries(
    versions: dict[str, str] | None = None,
    python: tuple[int, int] = sys.version_info[:2],
) -> None:
    """Raise EnvironmentFault for an installed release that is known to be broken.

    versions : installed versions by package name; None asks the installation.
    python : (major, minor) of the interpreter.
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


def check_address_space() -> None:
    """Raise EnvironmentFault where a limit leaves too few addresses to load torch.

    Loaded all the same, its libraries may end the process without a word of ours.
    """
    left = process_free_bytes()
    if left is not None and left < _library_bytes("torch"):
        raise EnvironmentFault(
            "The libraries need more memory than this process may have. Raise its "
            "limit, which “ulimit -v” shows."
        )


def failed_import(error: BaseException) -> EnvironmentFault | None:
    """Return the error for a library that failed while it was imported; else None.

    Libraries read variables of the environment then, and raise for a value that they
    do not know: `TIMM_FUSED_ATTN=abc`, `TORCH_LOGS=garbage`.
    """
    library, place = "", error.__traceback__
    while place is not None and not library:
        frame = place.tb_frame
        root = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if frame.f_code.co_name == "<module>" and root not in ("vitviz", "__main__"):
            library = root
        place = place.tb_next
    if not library or isinstance(error, ImportError):
        return None
    reason = str(error)
    named = [
        name
        for name, value in sorted(os.environ.items())
        if value and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", reason)
    ]
    hint = (
        Phrase(
            "Check these environment variables: {names}.", {"names": ", ".join(named)}
        )
        if named
        else Phrase(
            "Check the environment variables that it reads, or install it again."
        )
    )
    return EnvironmentFault(
        "{library} cannot be loaded ({reason}). {hint}",
        library=library,
        reason=f"{type(error).__name__}: {reason.strip()}"[:200],
        hint=hint,
    )


def _library_bytes(package: str) -> int:
    """Return the size of a package's shared libraries, which are mapped whole."""
    spec = find_spec(package)
    places = () if spec is None else spec.submodule_search_locations or ()
    files = (path for place in places for path in Path(place, "lib").glob("*.so"))
    return sum(path.stat().st_size for path in files)


def installed_versions() -> dict[str, str]:
    """Return the versions of those checked packages that are installed, by name."""
    found = {}
    for name in ("PySide6-Essentials", *_LEAST):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def parsed(text: str) -> tuple[int, ...]:
    """Return the numbers a version begins with: "2.14.1+cpu" → (2, 14, 1)."""
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, match[0].split("."))) if match else ()


def check_display() -> None:
    """Raise EnvironmentFault where Qt would abort: no display, or no such platform."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    platforms = [part.split(":")[0] for part in chosen.split(";") if part]
    if chosen:
        platforms = _known_platforms(platforms)
    if sys.platform != "linux":
        return
    platforms = platforms or ["wayland", "xcb"]
    if not all(name.startswith(("wayland", "xcb")) for name in platforms):
        return  # offscreen, vnc …: the user's own choice, which needs no display
    wayland = ""
    if any(name.startswith("wayland") for name in platforms):
        if os.environ.get("WAYLAND_SOCKET"):
            return  # a connection handed over, already open
        wayland = os.environ.get("WAYLAND_DISPLAY", "")
    x11 = os.environ.get("DISPLAY", "") if "xcb" in platforms else ""
    if not wayland and not x11:
        raise EnvironmentFault(
            "There is no display to open a window on. Run vitviz in a desktop session "
            "or with ssh -X, or use “vitviz export”, which needs none."
        )
    if not _answers(_wayland_addresses(wayland) + _x11_addresses(x11)):
        raise EnvironmentFault(
            "The display {display} does not answer. Check {variable}, or use "
            "“vitviz export”, which needs no display.",
            display=x11 or wayland,
            variable="DISPLAY" if x11 else "WAYLAND_DISPLAY",
        )


def _known_platforms(names: list[str]) -> list[str]:
    """Return those platforms that Qt has a plugin for, all where that is not known.

    Raises EnvironmentFault if there is none.
    """
    plugins = platform_plugins()
    if not plugins:  # Qt of the system, whose folder only Qt itself knows
        return names
    # libqwayland-generic.so answers to “wayland”, libqwayland.so to “wayland-egl”
    known = [
        name
        for name in names
        if any(name.lower().split("-")[0] == one.split("-")[0] for one in plugins)
    ]
    if known:
        return known
    raise EnvironmentFault(
        "QT_QPA_PLATFORM is {names}, and Qt has no such platform here; it has "
        "{platforms}. Unset that variable, or use “vitviz export”, which needs no "
        "display.",
        names=printable(";".join(names)[:80]) or ";",
        platforms=", ".join(sorted(plugins)),
    )


def platform_plugins() -> frozenset[str]:
    """Return the names of Qt's platform plugins; empty if their folder is not found."""
    folders = os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "").split(os.pathsep)
    roots = os.environ.get("QT_PLUGIN_PATH", "").split(os.pathsep)
    found: set[str] = set()
    own = find_spec("PySide6")
    for place in (own.submodule_search_locations or ()) if own else ():
        for plugins in (Path(place, "Qt", "plugins"), Path(place, "plugins")):
            found |= _plugins_in(plugins / "platforms")
    if not found:
        return frozenset()
    for folder in filter(None, folders):
        found |= _plugins_in(Path(folder)) | _plugins_in(Path(folder, "platforms"))
    for root in filter(None, roots):
        found |= _plugins_in(Path(root, "platforms"))
    return frozenset(found)


def _plugins_in(folder: Path) -> set[str]:
    """Return the names in a folder: “xcb” of libqxcb.so, “windows” of qwindows.dll."""
    try:
        names = os.listdir(folder)
    except (OSError, ValueError):
        return set()
    found = (re.fullmatch(r"(?:lib)?q(.+)\.(?:so|dll|dylib)", name) for name in names)
    return {match[1].lower() for match in found if match}


def _wayland_addresses(display: str) -> list[str | tuple[str, int]]:
    """Return where a compositor listens: a path, also for a name in XDG_RUNTIME_DIR."""
    if not display:
        return []
    return [str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / display)]


def _x11_addresses(display: str) -> list[str | tuple[str, int]]:
    """Return where an X server listens, by `[host]:number[.screen]`; else nothing."""
    parts = re.fullmatch(r"(?:tcp/)?(.*):([0-9]{1,5})(?:\.[0-9]+)?", display)
    if parts is None:
        return []
    host, number = parts[1], int(parts[2])
    if host not in {"", "unix"}:
        return [(host.strip("[]"), 6000 + number)]
    path = f"/tmp/.X11-unix/X{number}"
    return [path, "\0" + path]


def _answers(addresses: list[str | tuple[str, int]]) -> bool:
    """Return whether one of the addresses accepts a connection within two seconds."""
    for address in addresses:
        try:
            if isinstance(address, tuple):
                socket.create_connection(address, timeout=2).close()
            else:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.settimeout(2)
                    probe.connect(address)
        except (OSError, OverflowError, UnicodeError):
            continue  # refused, no such host, a port or a name that cannot be one
        return True
    return False


OTHER_MODEL = Phrase(
    "Choose a model from the list instead, or run vitviz from Python, where libraries "
    "can be added."
)
OTHER_FORMAT = Phrase("Save it as JPEG.")


def missing_extra(
    name: str, library: str, extra: str, instead: Phrase
) -> MissingExtraError:
    """Return the error for `name`, a model or a file, which needs `library`.

    extra : the extra of vitviz that installs the library.
    instead : what can be done without it; told in a bundle, where nothing can be
        installed.
    """
    if is_bundle():
        return MissingExtraError(
            "{name} needs {library}, which this build of vitviz does not contain. "
            "{instead}",
            name=name,
            library=library,
            instead=instead,
        )
    return MissingExtraError(
        "{name} needs {library}. Install it with: pip install 'vitviz[{extra}]'",
        name=name,
        library=library,
        extra=extra,
    )
