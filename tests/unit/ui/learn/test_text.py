"""Texts of chapters: coloured terms, unbroken sums, tables in narrow panels."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from vitviz.ui.base.contrast import readable
from vitviz.ui.learn.text import Prose, Table, marked
from vitviz.views.colour import Meaning


def test_marks_become_colours_and_shapes_stay_whole(qapp: QApplication) -> None:
    text = marked("<q>query</q> has (B, H, N, d<sub>k</sub>), not (a word, another)")
    assert readable(Meaning.QUERY).name() in text
    assert "(B,&nbsp;H,&nbsp;N,&nbsp;d<sub>k</sub>)" in text
    assert "(a word, another)" in text
    assert marked("patch (5, 14)") == "patch (5,&nbsp;14)"


def test_sums_and_units_are_not_broken(qapp: QApplication) -> None:
    text = marked("token 1 + 5 × 14 = <b>71</b>, 2.7 MB, to 1 <v>✓</v> or N × N")
    assert "1&nbsp;+&nbsp;5&nbsp;×&nbsp;14&nbsp;=&nbsp;<b>71</b>, 2.7&nbsp;MB" in text
    assert "to 1&nbsp;<" in text
    assert "N&nbsp;×&nbsp;N" in text
    assert marked("a = the length of b") == "a = the length of b"


def test_a_table_without_room_has_names_above_numbers(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    prose = Prose()
    QVBoxLayout(box).addWidget(prose)
    prose.say("", Table(("patch", "tokens"), (("8 px", "785"), ("16 px", "197"))))
    box.resize(400, 300)
    box.show()
    qtbot.waitExposed(box)
    assert "<table>" in prose.text()
    box.resize(70, 300)
    qtbot.waitUntil(lambda: "<table>" not in prose.text())
    scene = QTextDocument()
    scene.setHtml(prose.text())
    lines = scene.toPlainText().split()
    assert lines == ["tokens", "8", "px", "785", "16", "px", "197"]
    box.resize(400, 300)
    qtbot.waitUntil(lambda: "<table>" in prose.text())
