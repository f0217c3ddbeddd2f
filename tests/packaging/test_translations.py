"""The translations: complete, filled in alike, and compiled as they stand."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """`packaging/translations.py`, which is no module of a package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "packaging")
        return importlib.import_module("translations")


@pytest.mark.parametrize("name", ["vitviz", "learn"])
def test_nothing_is_unfinished_or_obsolete(tool: ModuleType, name: str) -> None:
    assert not tool.unfinished(name), "make translations, then translate the rest"


@pytest.mark.parametrize("name", ["vitviz", "learn"])
def test_translations_are_filled_in_as_their_sources(
    tool: ModuleType, name: str
) -> None:
    assert not tool.wrong(name)


def test_the_compiled_file_is_up_to_date(tool: ModuleType) -> None:
    assert tool.compiled_path().read_bytes() == tool.compiled(), "make translations"


def test_what_is_collected(tool: ModuleType) -> None:
    """One of every kind, so that a kind that is no longer found is noticed."""
    texts, problems = tool.collect()
    assert not problems
    found = texts["vitviz"]
    for text in (
        ("Contents", "Matrix"),  # self.tr
        ("actions", "Quit"),  # a function of that name
        ("changes", "no scaling by √d"),  # the same, of a module
        ("errors", "Cancelled."),  # super().__init__
        ("errors", "its decoder stopped early"),  # a value
        ("methods", "rollout"),  # the registry
    ):
        assert text in found
    assert any(context == "HeadsPage" for context, _ in texts["learn"])


def test_wrong_translations_are_noticed(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    texts = {
        ("A", "{n} of {total}"): "{total}個中{n}個",
        ("A", "{n} px"): "{m} px",
        ("A", "<b>one</b>"): "一",
        ("B", "twice {n:,}"): "{n}",
    }
    path: Path = tool.path_of("vitviz")
    path.write_text(tool.written(texts), encoding="utf-8")
    assert tool.read(path) == texts
    found = tool.wrong("vitviz")
    assert len(found) == 3
    assert not any("total" in line for line in found)
