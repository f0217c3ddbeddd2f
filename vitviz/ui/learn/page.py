"""Base class of a chapter's page, which is turned step by step, and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.learn.formula import Formula, Node
from vitviz.ui.learn.guess import Guess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.step import Fold, Step
from vitviz.ui.learn.text import Prose
from vitviz.ui.widgets.segmented import Segmented


class Button(QToolButton):
    """A button with a border, so that it stands out among sentences."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setProperty("outlined", True)


class Task(QFrame):
    """The one thing a chapter asks the viewer to do, ticked once it has been done."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task")
        self.setStyleSheet(
            "#task { border: 1px solid palette(mid); border-radius: 6px; }"
        )
        self._text = text
        self._is_done = False
        self._prose = Prose()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._prose)
        self._show()

    def setDone(self, is_done: bool) -> None:
        """Set whether the task is ticked."""
        if is_done != self._is_done:
            self._is_done = is_done
            self._show()

    def isDone(self) -> bool:
        """Return whether the task is ticked."""
        return self._is_done

    def _show(self) -> None:
        mark = "<v>✓</v>" if self._is_done else "○"
        self._prose.say(f"{mark} {self._text}")


# Gap between the text of a line and its chips.
GAP_PX = 8


class HeadChips(QWidget):
    """A choice of the head whose numbers the chapter shows."""

    # The index of a head.
    headChosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._where = Prose("", "small", is_line=True)
        self._chips = Segmented(wraps=True)
        self._chips.setAccessibleName(self.tr("Head"))
        self._chips.valueChosen.connect(self.headChosen)
        self._count = 0
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self._box.addWidget(self._where)
        self._box.addWidget(self._chips, 1)
        if theme.presents():  # the window's lowest line shows layer and query
            self._where.hide()
            self._chips.setTitle(self.tr("Head"))

    def setLesson(self, lesson: LessonData, *, with_key: bool) -> None:
        """Show which layer, head, query and key the numbers belong to."""
        count = lesson.trace.num_heads
        if count != self._count:
            self._count = count
            tip = self.tr("Head {n} (keys , and .)")
            self._chips.setOptions([(n, str(n), tip.format(n=n)) for n in range(count)])
        self._chips.setValue(lesson.head)
        if theme.presents():
            return
        text = self.tr("Layer {layer} · <q>query</q> {query} · head")
        if with_key:
            text = self.tr(
                "Layer {layer} · <q>query</q> {query} · <k>key</k> {key} · head"
            )
        self._where.say(
            text.format(
                layer=lesson.layer,
                query=lesson.name(lesson.query),
                key=lesson.name(lesson.key) if with_key else "",
            )
        )
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set text and chips on one line where both fit."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        needed = self._where.sizeHint().width() + GAP_PX + self._chips.lineWidth()
        is_line = needed <= self.width() and not theme.presents()
        kind = QBoxLayout.Direction
        self._box.setDirection(kind.LeftToRight if is_line else kind.TopToBottom)
        self._box.setSpacing(GAP_PX if is_line else 2)

    def chip(self, head: int) -> QToolButton:
        """Return the button of a head."""
        return self._chips.button(head)


# Below this number of lines of body text, the parts of a step stand closer together.
TIGHT_BELOW_LINES = 38.0


class Page(QWidget):
    """Base of a chapter's page: steps, of which one is shown, and what is folded away.

    Emits `finished` when what the chapter asks for has been done: its task, its guess.
    """

    finished = Signal()
    # Go by so many steps, and from the last one to the next chapter.
    turnRequested = Signal(int)
    # Another step is shown, or the answer to its guess.
    turned = Signal()

    # Whether a key is ringed on the picture and can be chosen by a click.
    uses_key = False
    # Whether a plain click, not only one with Shift, chooses the key.
    clicks_choose_key = False
    # Names of the attributes that a page made anew takes over.
    kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self.lesson: LessonData | None = None
        self.task: Task | None = None
        self._steps: list[Step] = []
        self._index = 0
        self._is_in_room, self._notes_open = theme.presents(), False
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        # only where the window is too small for a step, or for what is unfolded
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._holder)
        self.why = Fold(self.tr("Why?"), self.tr("More on what this step shows"))
        self.notes = Fold(
            self.tr("Teacher's notes"),
            self.tr("What to ask, and what is often misunderstood"),
        )
        # on the audience's screen there are none; the speaker's own screen has them
        self.notes.setHidden(self._is_in_room)
        for fold in (self.why, self.notes):
            fold.fold.toggled.connect(self._on_folded)
            self._column.addWidget(fold.text)
        self.back = self._arrow("‹", self.tr("Step before (Page Up)"), -1)
        self.onward = self._arrow("›", self.tr("Next step (Page Down)"), 1)
        self._counter = QLabel()
        self._counter.setFont(theme.font("small"))
        footer = QHBoxLayout()
        footer.setContentsMargins(8, 2, 8, 4)
        footer.setSpacing(4)
        footer.addWidget(self.why)
        footer.addWidget(self.notes)
        footer.addStretch(1)
        for widget in (self.back, self._counter, self.onward):
            footer.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # What all steps share, such as a slider.
        self._shared = QVBoxLayout()
        self._shared.setContentsMargins(12, 2, 12, 0)
        self._shared.setSpacing(2)
        layout.addLayout(self._shared)
        layout.addWidget(self.area, 1)
        layout.addLayout(footer)

    # -- what a chapter is built of ------------------------------------------------

    def begin_step(self, words: str = "", *, why: str = "") -> Step:
        """Begin another step, which `words` open and `why` explains when unfolded."""
        step = Step(why)
        step.setVisible(not self._steps)
        self._steps.append(step)
        self._column.addWidget(step)
        if words:
            self.say(words)
        return step

    def add(self, widget: QWidget) -> None:
        """Add a widget at the end of the last step."""
        self._last().add(widget)
        if isinstance(widget, Guess):
            widget.committed.connect(self.done)
            widget.marked.connect(self._on_marked)
            widget.revealed.connect(self._on_revealed)

    def show_above(self, *widgets: QWidget) -> None:
        """Show controls above all steps."""
        for widget in widgets:
            self._shared.addWidget(widget)

    def add_row(self, *widgets: QWidget) -> None:
        """Add widgets side by side at the end, from the left."""
        self._last().add_row(*widgets)

    def say(self, text: str = "", kind: str = "body") -> Prose:
        """Add a paragraph at the end."""
        prose = Prose(text, kind)
        self.add(prose)
        prose.setHidden(not text)
        return prose

    def add_aside(self, text: str = "") -> Prose:
        """Add a paragraph in small type that is left out in Present."""
        prose = Prose(text, "small", is_aside=True)
        self.add(prose)
        prose.setHidden(not prose.has_words())
        return prose

    def show_formula(self, node: Node, spoken: str) -> Formula:
        """Add a formula at the end, centred."""
        formula = Formula(node, spoken)
        self._last().add(formula, is_centred=True)
        return formula

    def ask_to(self, text: str) -> None:
        """Add the task at the end."""
        self.task = Task(text)
        self.add(self.task)

    def close_with(self, notes: str) -> None:
        """Set the teacher's notes, once all steps are there."""
        self.notes.text.say(notes)
        self._column.addStretch(1)
        self.show_step(0)

    # -- steps ---------------------------------------------------------------------

    @property
    def step_index(self) -> int:
        """Index of the step that is shown."""
        return self._index

    @step_index.setter
    def step_index(self, index: int) -> None:
        self.show_step(min(index, len(self._steps) - 1))

    def all_steps(self) -> tuple[Step, ...]:
        """Return all steps."""
        return tuple(self._steps)

    def current_step(self) -> Step:
        """Return the step that is shown."""
        return self._steps[self._index]

    def counter(self) -> str:
        """Return which step is shown, as "2/4"."""
        return self._counter.text()

    def show_step(self, index: int) -> None:
        """Show a step, counted from 0; -1 is the last. What was unfolded is folded."""
        self._index = index % len(self._steps)
        for fold in (self.why, self.notes):
            fold.fold.setChecked(False)
        self.why.text.say(self.current_step().why)
        self.why.setVisible(bool(self.current_step().why))
        self._show_folds()
        self._show_counter()
        if self.lesson is not None:
            self.host.paint(None)
            self.show_stage(self.lesson)
            self._on_marked()
        self.turned.emit()

    def set_why(self, step: Step, text: str) -> None:
        """Set what explains a step when unfolded; empty where there is nothing."""
        step.why = text
        if self._steps and step is self.current_step():
            self.why.text.say(text)
            self.why.setVisible(bool(text))
            if not text:
                self.why.fold.setChecked(False)
            self._show_folds()

    def show_part(self, widget: QWidget) -> None:
        """Show the step that a widget is on."""
        for index, step in enumerate(self._steps):
            if step.isAncestorOf(widget) and index != self._index:
                self.show_step(index)

    def turn(self, by: int) -> bool:
        """Go by so many steps; return False where there are none left.

        Forwards, an open guess is answered first.
        """
        guess = self.open_guess()
        if by > 0 and guess is not None:
            guess.reveal()
            return True
        index = self._index + by
        if not 0 <= index < len(self._steps):
            return False
        self.show_step(index)
        return True

    def show_stage(self, lesson: LessonData) -> None:
        """Show on the large picture what the step has to show there besides the map."""

    # -- what the viewer does ------------------------------------------------------

    def takes_guess(self, token: int) -> bool:
        """Return whether a click on a token of the picture was a guess."""
        guess = self.current_step().guess
        return guess is not None and guess.takes(token)

    def is_guessing(self) -> bool:
        """Return whether a guess is open on the step that is shown."""
        return self.open_guess() is not None

    def open_guess(self) -> Guess | None:
        """Return the guess of the step that is shown, while it can be made."""
        guess = self.current_step().guess
        is_open = guess is not None and guess.isOpen() and not guess.isHidden()
        return guess if is_open else None

    def done(self) -> None:
        """Tick the chapter and its task."""
        if self.task is not None:
            if self.task.isDone():
                return
            self.task.setDone(True)
        self.finished.emit()

    def setDone(self, is_done: bool) -> None:
        """Set whether the chapter has been ticked before."""
        if self.task is not None:
            self.task.setDone(is_done)

    def refresh(self, lesson: LessonData) -> None:
        """Store `lesson` and show its numbers."""
        self.lesson = lesson
        self.update_numbers(lesson)
        self.show_stage(lesson)

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the numbers of `lesson`; each chapter implements it."""
        raise NotImplementedError

    def remembered(self) -> dict[str, object]:
        """Return what the viewer has set or found, for a page that is made anew."""
        found = {name: getattr(self, name) for name in self.kept}
        place = {"step_index": self.step_index, "notes_open": self.notes_open}
        return {**found, **place, "guesses": self.guesses}

    @property
    def guesses(self) -> tuple[dict[str, object] | None, ...]:
        """What has been guessed on each step."""
        found = (step.guess for step in self._steps)
        return tuple(None if one is None else one.memory() for one in found)

    @guesses.setter
    def guesses(self, memories: tuple[dict[str, object] | None, ...]) -> None:
        for step, memory in zip(self._steps, memories, strict=True):
            if step.guess is not None and memory is not None:
                step.guess.recall(memory)

    @property
    def notes_open(self) -> bool:
        """Whether the notes are unfolded outside Present, where they are shown."""
        return self._notes_open if self._is_in_room else self.notes.fold.isChecked()

    @notes_open.setter
    def notes_open(self, is_open: bool) -> None:
        self._notes_open = is_open
        if not self._is_in_room:
            self.notes.fold.setChecked(is_open)

    def recall(self, memory: Mapping[str, object]) -> None:
        """Restore what `remembered` returned, before the first numbers arrive."""
        for name, value in memory.items():
            setattr(self, name, value)

    def ringed(self) -> int | None:
        """Return a token that the page shows and the query does not mark."""
        guess = self.current_step().guess
        return None if guess is None else guess.ringed()

    def forget(self) -> None:
        """Forget the lesson: the picture or its trace has been closed."""
        self.lesson = None

    def leave(self) -> None:
        """Remove what the page drew on the picture: another chapter or mode opens."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set how close the parts of a step stand, outside Present."""
        super().resizeEvent(event)
        if not theme.presents():
            is_tight = self.height() < TIGHT_BELOW_LINES * theme.line_px()
            for step in self._steps:
                step.setTight(is_tight)

    # -- its own -------------------------------------------------------------------

    def _last(self) -> Step:
        return self._steps[-1] if self._steps else self.begin_step()

    def _arrow(self, text: str, tip: str, by: int) -> Button:
        button = Button(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("by", by)
        button.clicked.connect(self._on_arrow)
        return button

    def _on_arrow(self) -> None:
        self.turnRequested.emit(int(self.sender().property("by")))

    def _on_marked(self) -> None:
        self.host.show_ring(self.ringed())

    def _on_revealed(self) -> None:
        if self.lesson is not None:
            self.host.paint(None)
            self.show_stage(self.lesson)
        self._on_marked()
        self.turned.emit()

    def _show_counter(self) -> None:
        count = len(self._steps)
        self._counter.setText(f"{self._index + 1}/{count}")
        text = self.tr("Step {n} of {count} of this chapter")
        text = text.format(n=self._index + 1, count=count)
        self._counter.setToolTip(text)
        self._counter.setAccessibleName(text)

    def _on_folded(self, is_open: bool) -> None:
        if is_open:
            for fold in (self.why, self.notes):
                if fold.fold is not self.sender():
                    fold.fold.setChecked(False)
        self._show_folds()

    def _show_folds(self) -> None:
        """Show the step, or in its place what has been unfolded."""
        is_unfolded = False
        for fold in (self.why, self.notes):
            is_open = fold.fold.isChecked()
            fold.text.setHidden(not is_open)
            is_unfolded = is_unfolded or is_open
        for index, step in enumerate(self._steps):
            step.setHidden(is_unfolded or index != self._index)
        self.area.verticalScrollBar().setValue(0)
