"""Shipped data is found in a checkout, a wheel and a frozen bundle alike."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import vitviz.system.paths
from vitviz.system.paths import resource

REPOSITORY = Path(__file__).parents[3]
ASK = (
    "from vitviz.system.paths import resource; print(resource('mark.txt').read_text())"
)


def shipped(root: Path, text: str) -> None:
    """A resource folder with one file in it."""
    root.mkdir(parents=True)
    (root / "mark.txt").write_text(text, encoding="utf-8")


def code_at(folder: Path) -> None:
    """The package with no more than this one module."""
    package = folder / "vitviz" / "system"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    shutil.copy(vitviz.system.paths.__file__, package)


def answer(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_checkout_has_them_beside_the_package(tmp_path: Path) -> None:
    code_at(tmp_path)
    shipped(tmp_path / "resources", "checkout")
    assert answer(tmp_path) == "checkout"


def test_a_wheel_has_them_inside_whatever_lies_beside(tmp_path: Path) -> None:
    code_at(tmp_path)
    shipped(tmp_path / "resources", "somebody else's")
    shipped(tmp_path / "vitviz" / "resources", "wheel")
    assert answer(tmp_path) == "wheel"


def test_a_bundle_has_them_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped(tmp_path / "vitviz" / "resources", "bundle")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("mark.txt").read_text(encoding="utf-8") == "bundle"


def test_the_program_finds_what_it_ships() -> None:
    for parts in (("samples", "cat.jpg"), ("colormaps.json",), ("icons", "vitviz.svg")):
        assert resource(*parts).is_file(), parts


def test_the_wheel_takes_resources_but_not_the_training() -> None:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["sources"] == {"resources": "vitviz/resources"}
    sources = ["resources/embedded/train", "resources/translations/*.ts"]
    assert wheel["exclude"] == sources
