"""settings.json: read, written, and read again."""

from __future__ import annotations

import json

from tests.faults.fuzz.places import folder, written
from vitviz.system import settings
from vitviz.system.settings import Settings

MODULES = ("vitviz.system",)
IS_JSON = True
SEEDS = [
    settings.written(Settings(), {}),
    settings.written(
        Settings(
            recent=(str(folder() / "cat.png"),),
            window_place=(0, 0, 800, 600),
            split_sizes=(100, 500, 300),
            learn_done=("look", "heads"),
            threads=4,
        ),
        {"of_another_version": {"a": [1, 2.5, None, True]}},
    ),
]


def one(data: bytes) -> None:
    found = settings.read(written(data, "settings.json"))
    assert found.reason.isprintable()
    text = settings.written(found.settings, found.unknown)
    json.loads(text)
    again = settings.read(written(text, "settings.json"))
    assert again.settings == found.settings
    assert not again.bad
    assert not again.reason
