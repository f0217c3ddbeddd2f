"""Licence texts of a bundle, gathered into its folder `licenses`.

    python packaging/notices.py BUNDLE

To be run by the Python that built the bundle. Writes vitviz's own licence, a table of
every Python distribution in the bundle with its licence texts, and those of the system
libraries in it, from Debian's copyright files.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from bundle_parts import ROOT

# Parts of names of files with licence texts, and endings of such files.
WORDS = ("license", "licence", "copying", "notice", "authors", "eula")
TEXTS = {"", ".txt", ".md", ".rst"}
# Distributions of which nothing is in a bundle. PyInstaller is none: its loader is.
BUILD_TOOLS = {"pip", "build", "hatchling", "pyproject-hooks", "trove-classifiers"}


def main(bundle: Path) -> None:
    """Write the folder of licence texts and its table, NOTICES.md."""
    folder = bundle / "licenses"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(ROOT / "LICENSE", folder / "vitviz.txt")
    for text in (ROOT / "packaging" / "licenses").iterdir():
        shutil.copy(text, folder / text.name)
    for name in (
        "samples/LICENSE.md",
        "references/LICENSE.md",
        "embedded/vitviz-small.md",
        "embedded/vitviz-flexi.md",
        "embedded/APACHE-2.0.txt",
    ):
        source = ROOT / "resources" / name
        shutil.copy(source, folder / name.replace("/", "-"))
    found = (_distribution(one, bundle, folder) for one in _installed())
    rows = [_python(folder), *sorted(filter(None, found))]
    rows += _system(bundle, folder)
    text = (
        "# What this folder of vitviz contains\n\n"
        "vitviz is under the MIT licence (vitviz.txt). Qt and PySide6, and pi-heif's "
        "libheif and libde265, are used under the LGPL-3.0 (LGPL-3.0.txt, "
        "GPL-3.0.txt): they are files of their own in `_internal`, and may be "
        "replaced by other builds of the same version. What Qt took from others is "
        "listed at <https://doc.qt.io/qt-6/licenses-used-in-qt.html>; ICU: ICU.txt. "
        "Colour maps: viridis, cividis, magma, inferno (CC0); pyqtgraph carries those "
        "of CET (CC-BY 4.0, Peter Kovesi).\n\n"
        "| component | version | licence | texts |\n| --- | --- | --- | --- |\n"
    )
    (folder / "NOTICES.md").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{folder / 'NOTICES.md'}: {len(rows)} components")


def _installed() -> list[importlib.metadata.Distribution]:
    return [
        one
        for one in importlib.metadata.distributions()
        if one.metadata["Name"].lower() not in BUILD_TOOLS
    ]


def _distribution(
    one: importlib.metadata.Distribution, bundle: Path, folder: Path
) -> str | None:
    """Copy a distribution's texts and return its row; None if not in the bundle."""
    name, version = one.metadata["Name"], one.version
    files = one.files or []
    tops = {f.parts[0] for f in files if f.parts and not f.parts[0].startswith("..")}
    tops = {top for top in tops if not top.endswith((".dist-info", "__pycache__"))}
    in_archive = _archived(bundle)
    is_there = any(
        (bundle / "_internal" / top).exists() or top.removesuffix(".py") in in_archive
        for top in tops
    )
    if not is_there and name.lower() != "pyinstaller":
        return None
    target = folder / name
    for file in _texts(files):
        source = Path(str(one.locate_file(file)))
        if source.is_file():
            target.mkdir(exist_ok=True)
            shutil.copy(source, target / "-".join(file.parts[1:]))
    licence = one.metadata["License-Expression"] or one.metadata["License"] or ""
    licence = licence.strip().splitlines()[0] if licence.strip() else ""
    if not licence:
        classified = one.metadata.get_all("Classifier") or []
        found = [c.split(" :: ")[-1] for c in classified if c.startswith("License")]
        licence = ", ".join(found) or "see the texts"
    if target.is_dir():
        texts = f"{name}/"
    elif "LGPL-3.0" in licence:
        texts = "LGPL-3.0.txt, GPL-3.0.txt"
    else:
        texts = f"none in its package; see {one.metadata['Home-page']}"
    return f"| {name} | {version} | {licence} | {texts} |"


def _texts(
    files: list[importlib.metadata.PackagePath],
) -> list[importlib.metadata.PackagePath]:
    """Return the licence texts beside the metadata, or if there are none, elsewhere."""
    named = [f for f in files if any(word in f.name.lower() for word in WORDS)]
    beside = [f for f in named if ".dist-info" in str(f)]
    return beside or [f for f in named if f.suffix.lower() in TEXTS]


_names: set[str] = set()


def _archived(bundle: Path) -> set[str]:
    """Return the top-level modules in the program's archive of byte code."""
    if not _names:
        from PyInstaller.archive.readers import CArchiveReader

        program = next(p for p in bundle.iterdir() if p.stem == "vitviz")
        archive = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz")
        _names.update(name.split(".")[0] for name in archive.toc)
    return _names


def _python(folder: Path) -> str:
    """Copy Python's licence and return its row of the table."""
    version = ".".join(map(str, sys.version_info[:3]))
    places = [Path(sys.base_prefix, "LICENSE.txt")]
    places += [Path(f"/usr/share/doc/python3.{sys.version_info[1]}/copyright")]
    places += [Path(sys.base_prefix, "lib", f"python3.{sys.version_info[1]}", n)
               for n in ("LICENSE.txt", "LICENSE")]  # fmt: skip
    found = next((p for p in places if p.is_file()), None)
    if found is not None:
        (folder / "Python").mkdir()
        shutil.copy(found, folder / "Python" / "LICENSE.txt")
    return f"| Python | {version} | PSF-2.0 | Python/ |"


def _system(bundle: Path, folder: Path) -> list[str]:
    """Copy the texts of system libraries and return their rows; none without dpkg."""
    if shutil.which("dpkg-query") is None:
        return []
    rows = {}
    for path in sorted((bundle / "_internal").glob("*.so*")):
        if path.is_symlink() or path.name.startswith("libpython"):
            continue
        package = owner(path.name)
        source = Path("/usr/share/doc", package.split(":")[0], "copyright")
        if package and package not in rows and source.is_file():
            name = package.split(":")[0]
            shutil.copy(source, folder / f"system-{name}.txt")
            result = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", package],
                capture_output=True,
                text=True,
            )
            rows[package] = (
                f"| {name} (Debian) | {result.stdout} | see the text "
                f"| system-{name}.txt |"
            )
    return list(rows.values())


def owner(library: str) -> str:
    """Return the Debian package that a library is from; "" if none is installed."""
    for folder in ("/lib", "/usr/lib"):
        pattern = f"{folder}/*/{library}"
        result = subprocess.run(["dpkg", "-S", pattern], capture_output=True, text=True)
        if result.returncode == 0:
            return result.stdout.splitlines()[0].rpartition(": ")[0]
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
