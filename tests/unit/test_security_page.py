"""docs/security.md names only what is there: modules, functions, limits and tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
NAMES = sorted(set(re.findall(r"`([^`\n]+)`", PAGE)))
# Where the page says that names without a folder are.
TEST_PLACES = ("tests/faults", "tests/unit/system", ".")
CODE_PLACES = (
    *("vitviz", "vitviz/models", "vitviz/models/checkpoints"),
    "vitviz/models/folders",
)
# Files that somebody else writes, and other programs' settings.
FOREIGN = {"labels.txt", "memory.high", "torch.load", "pretrained_cfg.file"}
FOREIGN |= {"model_args.checkpoint_path", "args.yaml", "hparams.yaml", "config.yaml"}


def names_in(path: Path) -> Iterator[str]:
    """Names that a module defines, at its top and in its classes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def all_tests() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in names_in(path)
        if name.startswith("test_")
    }


def is_in_code(dotted: str) -> bool:
    """Return whether a module, or a name in one, is called so."""
    parts = dotted.split(".")
    for place in CODE_PLACES:
        whole = ROOT / place / Path(*parts)
        if whole.is_dir() or whole.with_suffix(".py").is_file():
            return True
        module = (ROOT / place / Path(*parts[:-1])).with_suffix(".py")
        if module.is_file() and parts[-1] in names_in(module):
            return True
    return False


def of_kind(pattern: str) -> list[str]:
    return [name for name in NAMES if re.fullmatch(pattern, name)]


@pytest.mark.parametrize("name", of_kind(r"[\w/]+\.py"))
def test_each_file_is_there(name: str) -> None:
    places = TEST_PLACES if "test_" in name else CODE_PLACES
    assert any((ROOT / place / name).is_file() for place in places)


@pytest.mark.parametrize("name", of_kind(r"(tests|docs|resources)/[\w/]+/?"))
def test_each_folder_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_each_test_is_there() -> None:
    missing = {*of_kind(r"test_\w+")} - all_tests()
    assert not missing


@pytest.mark.parametrize("name", of_kind(r"[a-z_]+(\.\w+)+"))
def test_each_function_is_there(name: str) -> None:
    is_file = name.endswith((".py", ".json", ".md"))
    assert is_file or name in FOREIGN or is_in_code(name)
