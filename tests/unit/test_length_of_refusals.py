"""Every refusal is said in two lines of some hundred characters, one way out included.

All templates in the code are collected, and measured with values as users have them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vitviz
import vitviz.errors
from vitviz.errors import VitvizError
from vitviz.models.adapters import refusals
from vitviz.models.checkpoints import read
from vitviz.models.folders import folder_weights, kinds

LINES, WIDTH = 2, 100
ROOT = Path(vitviz.__file__).parent
# Of names of files, kinds and numbers in a sentence.
TYPICAL = "model-1.pth!"
# Where the reason is a sentence of its own, the templates that hold it.
WHERE = {
    refusals: "VisionTransformerDistilled cannot be shown: {reason}.",
    kinds: "my-model ('cohere_compass_vision') cannot be shown: {reason}.",
    folder_weights: "my-model cannot be opened: {reason}",
}


def error_names() -> set[str]:
    return {
        name
        for name, kind in vars(vitviz.errors).items()
        if isinstance(kind, type) and issubclass(kind, VitvizError)
    }


def templates() -> Iterator[tuple[str, str]]:
    """(place, template) of each error that the code makes."""
    names = {*error_names(), "refusal"}
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else ""
            if name not in names:
                continue
            for part in node.args:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    before = "{path} " if name == "refusal" else ""
                    yield f"{file.name}:{node.lineno}", before + part.value


def measured(template: str) -> int:
    return len(re.sub(r"{[^}]*}", TYPICAL, template))


def test_every_refusal_takes_two_lines() -> None:
    found = list(templates())
    assert len(found) > 250
    long = {
        place: (measured(text), text)
        for place, text in found
        if measured(text) > LINES * WIDTH
    }
    assert not long


def reasons() -> Iterator[tuple[str, str]]:
    """(template, reason) of the reasons that stand in tables."""
    named = (why for _, why in refusals._NAMES)
    for why in dict.fromkeys([*refusals._REASONS.values(), *named]):
        yield WHERE[refusals], why
    for why in (*(why for _, why in kinds._ARGUMENTS), kinds.FEATURES):
        yield WHERE[kinds], why
    for why in folder_weights._REASONS.values():
        yield WHERE[folder_weights], why
    for _, why in read._STARTS:
        yield "{reason}", why


@pytest.mark.parametrize(("template", "reason"), list(reasons()))
def test_every_reason_takes_two_lines(template: str, reason: str) -> None:
    text = template.format(reason=reason.replace("{path}", TYPICAL))
    assert len(text) <= LINES * WIDTH, text
