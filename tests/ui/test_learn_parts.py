"""Text, formulas and panel of Learn, beside its chapters."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextDocument
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow, wait_idle
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.system import settings
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import CONTRAST, contrast, readable
from vitviz.ui.learn.chapters.ch4_query_key import PairPage
from vitviz.ui.learn.formula import (
    Formula,
    Frac,
    Node,
    Paren,
    Root,
    Script,
    letter,
    row,
    walk,
)
from vitviz.ui.learn.text import Prose, Table, marked
from vitviz.views.colour import Meaning
from vitviz.views.state import Chapter, LearnView, Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT])
def test_coloured_terms_can_be_read(qapp: QApplication, choice: ThemeChoice) -> None:
    theme.apply(qapp, choice)
    try:
        ground = QColor(theme.colours().panel)
        for meaning in Meaning:
            assert contrast(readable(meaning), ground) >= CONTRAST
            own = QColor(meaning.value)
            if contrast(own, ground) >= CONTRAST:
                assert readable(meaning) == own
    finally:
        theme.apply(qapp, ThemeChoice.DARK)


def test_contrast_is_that_of_wcag() -> None:
    black, white = QColor("#000000"), QColor("#FFFFFF")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(QColor("#777777"), white) == pytest.approx(4.48, abs=0.01)


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


def attention() -> Node:
    d = Script(letter("d", term="root"), below=letter("k"))
    over = Frac(row(letter("Q", term="Q"), letter("K", term="K")), Root(d))
    return row("softmax", Paren(over), letter("V", term="V"))


def test_a_formula_is_set_as_in_print(qtbot: QtBot) -> None:
    formula = Formula(attention(), "softmax(QK/√d_k) V")
    qtbot.addWidget(formula)
    formula.show()
    assert formula.terms() == ["Q", "K", "root", "V"]
    places = {term: formula.termRect(term) for term in formula.terms()}
    assert places["Q"].bottom() < places["root"].bottom()
    assert places["Q"].center().y() < places["V"].center().y()
    assert places["V"].center().y() < places["root"].center().y()
    assert places["K"].right() < places["V"].left()
    width = formula.sizeHint().width()
    assert all(0 <= r.left() and r.right() <= width for r in places.values())
    assert len(list(walk(attention()))) > 10


def test_terms_are_reached_by_keyboard_and_a_formula_can_be_copied(
    qtbot: QtBot,
) -> None:
    formula = Formula(attention(), "softmax(QK/√d_k) V")
    qtbot.addWidget(formula)
    formula.show()
    chosen: list[str] = []
    formula.termClicked.connect(chosen.append)
    for _ in range(3):
        qtbot.keyClick(formula, Qt.Key.Key_Right)
    qtbot.keyClick(formula, Qt.Key.Key_Return)
    assert chosen == ["root"]
    qtbot.keyClick(formula, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "softmax(QK/√d_k) V"


def test_page_down_goes_to_the_next_chapter(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert window.controller.state.mode is Mode.LEARN
    for chapter in tuple(Chapter)[1:]:
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        wait_idle(qtbot, window)
        assert panel.chapter() is chapter
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert panel.chapter() is Chapter.CODE
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert panel.chapter() is Chapter.HEADS
    assert settings.get().learn_chapter == Chapter.HEADS.value


def test_the_heads_of_before_come_back(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    former = window.controller.state.heads
    assert former.single is None
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.QUERY_KEY))
    wait_idle(qtbot, window)
    assert window.controller.state.heads.single == 0
    window.controller.change(mode=Mode.INSPECT)
    assert window.controller.state.heads == former


def test_a_changed_model_is_named_and_restored(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    window.controller.change(mode=Mode.LEARN)
    assert not panel._changed.isVisible()
    hot = ListedIntervention(Interventions(temperature=3.0))
    window.controller.change(changes=(hot,))
    wait_idle(qtbot, window)
    assert panel._changed.isVisible()
    qtbot.mouseClick(panel._restore, LEFT)
    wait_idle(qtbot, window)
    assert not window.controller.state.changes
    assert not panel._changed.isVisible()


def test_the_way_on_is_at_the_end_of_a_chapter(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.QUERY_KEY))
    wait_idle(qtbot, window)
    page = window.panes.learn.page()
    assert isinstance(page, PairPage)
    qtbot.mouseClick(page.onward, LEFT)
    assert window.panes.learn.chapter() is Chapter.SCALING


def test_without_a_picture_one_is_asked_for(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    qtbot.mouseClick(window.top.modeButton(Mode.LEARN), LEFT)
    panel = window.panes.learn
    words = [prose.source() for prose in panel.findChildren(Prose) if prose.isVisible()]
    assert any("Open a picture first" in text for text in words)
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
