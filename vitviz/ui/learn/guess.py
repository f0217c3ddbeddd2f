"""Guess, then see: a question that the viewer answers before the answer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.number_text import written_out
from vitviz.lessons import guess as verdicts
from vitviz.lessons.guess import Verdict
from vitviz.ui.learn.text import Prose
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.ui.widgets.inputs import Slider, action_button

_MEMORY = ("_is_revealed", "_verdict")


class Guess(QFrame):
    """Base of the three kinds: open until the viewer has guessed, or asks to see.

    Its truth is set once it is known, and shown only after the guess.
    """

    # Names of the attributes with which each kind continues on a page made anew.
    kept: ClassVar[tuple[str, ...]] = ()
    # The viewer has guessed.
    committed = Signal()
    # The truth is shown, after a guess or without one.
    revealed = Signal()
    # The ring on the picture has moved.
    marked = Signal()

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("guess")
        self.setStyleSheet(
            "#guess { border: 1px solid palette(mid); border-radius: 6px; }"
        )
        self.question = Prose(question)
        self.answer = Prose()
        self._is_revealed = False
        self._verdict: Verdict | None = None
        self._explanation = ""
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(8, 6, 8, 6)
        self._box.addWidget(self.question)
        self.answer.hide()

    def isOpen(self) -> bool:
        """Return whether the truth is known and not shown yet."""
        return self._is_ready() and not self._is_revealed

    def isRevealed(self) -> bool:
        """Return whether the truth is shown."""
        return self._is_revealed

    def verdict(self) -> Verdict | None:
        """Return what is said of the guess; None before it, and where none was made."""
        return self._verdict

    def reveal(self) -> None:
        """Show the truth; what was set but not sent counts as the guess."""
        if not self.isOpen():
            return
        if self._has_guess():
            self._commit()
        else:
            self._is_revealed = True
            self._show()
            self.revealed.emit()

    def memory(self) -> dict[str, object]:
        """Return what was guessed and shown, for a page that is made anew."""
        return {name: getattr(self, name) for name in (*_MEMORY, *self.kept)}

    def recall(self, memory: Mapping[str, object]) -> None:
        """Restore what `memory` returned, before the truth is known."""
        for name, value in memory.items():
            setattr(self, name, value)
        self._show()

    def restart(self) -> None:
        """Ask again: the truth has become another."""
        if self._is_revealed:
            self._is_revealed, self._verdict = False, None
            self._show()

    def takes(self, _token: int) -> bool:
        """Return whether a click on this token of the picture was the guess."""
        return False

    def ringed(self) -> int | None:
        """Return the token that is to be ringed on the picture, if any."""
        return None

    def _commit(self) -> None:
        self._is_revealed = True
        self._verdict = self._judged()
        self._show()
        self.committed.emit()
        self.revealed.emit()

    def _show(self) -> None:
        text = ""
        if self._is_revealed:
            truth = f"<b>{self._truth_text()}</b>"
            match self._verdict:
                case None:
                    text = self.tr("It is {truth}.")
                case Verdict.RIGHT:
                    text = self.tr("<v>✓ Right:</v> {truth}.")
                case Verdict.NEAR:
                    text = self.tr("<v>Near:</v> it is {truth}, {away} away.")
                case Verdict.WRONG:
                    text = self.tr("Not this time: it is {truth}.")
            text = text.format(truth=truth, away=self._away_text())
            if self._explanation:
                text = f"{text} {self._explanation}"
        self.answer.say(text)
        self.answer.setVisible(self._is_revealed)
        self._lock(self._is_revealed)

    # -- what each kind knows ------------------------------------------------------

    def _is_ready(self) -> bool:
        raise NotImplementedError

    def _has_guess(self) -> bool:
        raise NotImplementedError

    def _judged(self) -> Verdict:
        raise NotImplementedError

    def _truth_text(self) -> str:
        raise NotImplementedError

    def _away_text(self) -> str:
        return ""

    def _lock(self, is_locked: bool) -> None:
        """Show whether a guess can still be made."""


class ChoiceGuess(Guess):
    """One of three: a click, or Tab and Space, is the guess."""

    kept = ("_chosen",)
    # The truth is wanted, where it takes a run: see `is_early`.
    asked = Signal()

    def __init__(
        self,
        question: str,
        options: Sequence[str],
        *,
        is_ordered: bool = False,
        is_early: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Create the question.

        is_ordered : the option beside the right one is near.
        is_early : it can be answered before the truth is known, which is then `asked`.
        """
        super().__init__(question, parent)
        self._is_early = is_early
        # Whether the truth has been asked for and has not come.
        self._is_awaited = False
        self._is_ordered = is_ordered
        self._truth: int | None = None
        self._chosen: int | None = None
        row = Flow(8)
        self._buttons: list[QToolButton] = []
        for index, text in enumerate(options):
            button = action_button(text, self.tr("This is my guess"))
            button.setAccessibleName(text)
            button.setProperty("option", index)
            button.setCheckable(True)
            button.clicked.connect(self._on_clicked)
            self._buttons.append(button)
            row.addWidget(button)
        self._box.addLayout(row)
        self._box.addWidget(self.answer)
        self._show()

    def button(self, index: int) -> QToolButton:
        """Return the button of an option."""
        return self._buttons[index]

    def setTruth(self, index: int, explanation: str = "") -> None:
        """Set which option is right, and what is said once it is shown."""
        if index != self._truth and self._truth is not None:
            self._chosen = None
            self.restart()
        self._truth, self._explanation = index, explanation
        if self._is_awaited:
            self._is_awaited = False
            self.reveal()
        self._show()

    def isOpen(self) -> bool:
        """Return whether it can be answered."""
        is_known = self._truth is not None or self._is_early
        return is_known and not self._is_revealed and not self._is_awaited

    def reveal(self) -> None:
        """Show the truth, or ask for it."""
        if self.isOpen() and self._truth is None:
            self._is_awaited = True
            self._show()
            self.asked.emit()
            return
        super().reveal()

    def forget(self) -> None:
        """Ask again, the truth is unknown: the run has become another."""
        self._truth = self._chosen = None
        self._is_awaited = self._is_revealed = False
        self._verdict = None
        self._show()

    def setOptions(self, options: Sequence[str]) -> None:
        """Set other texts on the buttons, as many as before."""
        for button, text in zip(self._buttons, options, strict=True):
            button.setText(text)
            button.setAccessibleName(text)

    def _on_clicked(self) -> None:
        index = int(self.sender().property("option"))
        if self.isOpen():
            self._chosen = index
            self.reveal()
        else:
            self._show()

    def _is_ready(self) -> bool:
        return self._truth is not None

    def _has_guess(self) -> bool:
        return self._chosen is not None

    def _judged(self) -> Verdict:
        assert self._truth is not None
        assert self._chosen is not None
        return verdicts.of_choice(
            self._chosen, self._truth, is_ordered=self._is_ordered
        )

    def _truth_text(self) -> str:
        return "" if self._truth is None else self._buttons[self._truth].text()

    def _away_text(self) -> str:
        return self.tr("one step")

    def _lock(self, is_locked: bool) -> None:
        for index, button in enumerate(self._buttons):
            button.setEnabled(self.isOpen())
            is_right = is_locked and index == self._truth
            button.setChecked(is_right or index == self._chosen)


class NumberGuess(Guess):
    """A bar to drag to a number; the button, Space or the clicker sends it."""

    kept = ("_was_moved", "_value")

    def __init__(
        self,
        question: str,
        low: int,
        high: int,
        *,
        pattern: str = "{n}",
        parent: QWidget | None = None,
    ) -> None:
        """Create the question.

        low, high : ends of the bar; the truth lies between them.
        pattern : how a number is written, such as "× {n}".
        """
        super().__init__(question, parent)
        self._pattern = pattern
        self._truth: float | None = None
        self._right = self._near = 0.0
        self._was_moved = False
        self.slider = Slider()
        self.slider.setRange(low, high)
        self.slider.setAccessibleName(self.tr("Your guess"))
        self.slider.setToolTip(self.tr("Drag to your guess, or use the arrow keys"))
        self.slider.valueChanged.connect(self._on_moved)
        self.send = action_button("", self.tr("This is my guess"))
        self.send.clicked.connect(self._on_sent)
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.send)
        self._box.addLayout(row)
        self._box.addWidget(self.answer)
        self._on_moved(self.slider.value())
        self._was_moved = False
        self._show()

    @property
    def _value(self) -> int:
        return self.slider.value()

    @_value.setter
    def _value(self, value: int) -> None:
        was_moved = self._was_moved
        self.slider.setMaximum(max(self.slider.maximum(), value))
        self.slider.setValue(value)
        self._was_moved = was_moved

    def setHigh(self, high: int) -> None:
        """Set another upper end of the bar."""
        self.slider.setMaximum(high)

    def setTruth(
        self, truth: float, *, right: float, near: float, explanation: str = ""
    ) -> None:
        """Set the truth, and how far from it a guess is right or near."""
        if truth != self._truth and self._truth is not None:
            self._was_moved = False
            self.restart()
        self._truth, self._right, self._near = truth, right, near
        self._explanation = explanation
        self._show()

    def _on_moved(self, value: int) -> None:
        self._was_moved = True
        text = self.tr("I guess {n}").format(n=self._pattern.format(n=f"{value:,}"))
        self.send.setText(text)
        self.send.setAccessibleName(text)

    def _on_sent(self) -> None:
        if self.isOpen():
            self._commit()

    def _is_ready(self) -> bool:
        return self._truth is not None

    def _has_guess(self) -> bool:
        return self._was_moved

    def _judged(self) -> Verdict:
        assert self._truth is not None
        return verdicts.of_number(
            self.slider.value(), self._truth, right=self._right, near=self._near
        )

    def _truth_text(self) -> str:
        return self._pattern.format(n=written_out(self._truth or 0.0))

    def _away_text(self) -> str:
        return written_out(abs(self.slider.value() - (self._truth or 0.0)))

    def _lock(self, is_locked: bool) -> None:
        for part in (self.slider, self.send):
            part.setEnabled(not is_locked and self._truth is not None)


class PatchGuess(Guess):
    """A patch to click on the picture; several may be right."""

    kept = ("_token", "_left", "_grid", "_truths")

    def __init__(
        self, question: str, *, tries: int = 1, parent: QWidget | None = None
    ) -> None:
        """Create the question.

        tries : so many patches may be clicked; the last, or a right one, counts.
        """
        super().__init__(question, parent)
        self._tries, self._left = tries, tries
        self._grid: PatchGrid | None = None
        self._truths: tuple[int, ...] = ()
        self._token: int | None = None
        self._box.addWidget(self.answer)
        self._show()

    def setTruths(
        self, grid: PatchGrid, tokens: tuple[int, ...], explanation: str = ""
    ) -> None:
        """Set the patches that are right, and what is said once they are shown."""
        if (grid, tokens) != (self._grid, self._truths):
            self._token, self._left = None, self._tries
            self.restart()
        self._grid, self._truths, self._explanation = grid, tokens, explanation
        self._show()

    def guessed(self) -> int | None:
        """Return the token that was guessed."""
        return self._token

    def takes(self, token: int) -> bool:
        """Take a patch as the guess while it is open."""
        grid = self._grid
        if not self.isOpen() or grid is None or grid.cell(token) is None:
            return False
        self._token = token
        self._left -= 1
        if self._left > 0 and self._judged() is not Verdict.RIGHT:
            text = self.tr("{away} away. Try again: {left} left.")
            self.answer.say(text.format(away=self._away_text(), left=self._left))
            self.answer.show()
        else:
            self._commit()
        self.marked.emit()
        return True

    def ringed(self) -> int | None:
        """Return the patch that was tried; once it is shown, the nearest right one."""
        return self._nearest() if self._is_revealed else self._token

    def _nearest(self) -> int:
        grid = self._grid
        assert grid is not None
        cell = None if self._token is None else grid.cell(self._token)
        if cell is None:
            return self._truths[0]
        row, col = cell

        def away(token: int) -> float:
            r, c = grid.cell(token) or (0, 0)
            return (r - row) ** 2 + (c - col) ** 2

        return min(self._truths, key=away)

    def _found(self) -> tuple[Verdict, float]:
        grid = self._grid
        assert grid is not None
        assert self._token is not None
        cell = grid.cell(self._token)
        cells = [grid.cell(one) for one in self._truths]
        assert cell is not None
        return verdicts.of_cell(cell, tuple(one for one in cells if one is not None))

    def _is_ready(self) -> bool:
        return self._grid is not None and bool(self._truths)

    def _has_guess(self) -> bool:
        return self._token is not None

    def _judged(self) -> Verdict:
        return self._found()[0]

    def _truth_text(self) -> str:
        grid = self._grid
        cell = None if grid is None or not self._truths else grid.cell(self._nearest())
        if cell is None:
            return ""
        return self.tr("patch ({row}, {col})").format(row=cell[0], col=cell[1])

    def _away_text(self) -> str:
        if self._token is None:
            return ""
        return self.tr("{n} patches").format(n=written_out(round(self._found()[1], 1)))
