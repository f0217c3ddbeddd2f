"""The three lines beside the layer rail: what stands above each."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow
from vitviz.ui.base import theme

TITLES = {
    "en": ["Reach", "Entropy", "Special"],
    "ja": ["到達距離", "エントロピー", "特殊"],
}


def test_titles_are_whole_and_clear_of_their_values(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, spoken: str
) -> None:
    """At 1280×720, where the longest of the Japanese titles ran into its number."""
    window = open_vitviz(photo, model="vitviz-small")  # twelve layers leave least room
    window.resize(1280, 720)
    lines = window.panes.rail.lines
    qtbot.waitUntil(lines.isVisible)
    click_patch(qtbot, window, 3, 3)
    qtbot.waitUntil(lambda: all(value != "–" for _, value in lines.heads()))
    heads = lines.heads()
    assert [title for title, _ in heads] == TITLES[spoken]
    metrics = QFontMetricsF(theme.font("small"))
    for index, (title, value) in enumerate(heads):
        needed = metrics.horizontalAdvance(title) + metrics.horizontalAdvance(value)
        assert needed < lines.chartRect(index).width()
    areas = [lines.chartRect(index) for index in range(3)]
    assert areas[0].right() < areas[1].left()
    assert areas[1].right() < areas[2].left()
    assert areas[2].right() <= lines.width()
