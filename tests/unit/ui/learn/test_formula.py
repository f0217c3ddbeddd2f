"""Formulas: set as in print, reached by keyboard, copied as text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

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
