"""Base class of a chapter's page, and its parts: task, notes, choice of the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.learn.formula import Formula, Node
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.paging import STRONG, PageBlock
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.learn.text import Drawn, Prose
from vitviz.ui.widgets.flow_layout import Flow
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
        self._prose.say(
            self.tr("{mark} <b>Try it.</b> {text}").format(mark=mark, text=self._text)
        )


class Notes(QWidget):
    """Notes for teachers, folded at first, beside the button for the next chapter."""

    def __init__(
        self, text: str, onward: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.fold = QToolButton()
        self.fold.setText(self.tr("Teacher's notes"))
        self.fold.setToolTip(self.tr("What to ask, and what is often misunderstood"))
        self.fold.setAccessibleName(self.tr("Teacher's notes"))
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._on_toggled)
        # the arrow shows that it is unfolded, not the look of a pressed button
        self.fold.setStyleSheet(
            "QToolButton, QToolButton:checked { background: transparent;"
            " color: palette(window-text); }"
        )
        self.text = Prose(text, "small")
        self.text.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        line = QHBoxLayout()
        line.addWidget(self.fold)
        line.addStretch(1)
        line.addWidget(onward)
        layout.addLayout(line)
        layout.addWidget(self.text)

    def _on_toggled(self, is_open: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        self.text.setVisible(is_open)


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


# How strongly parts should share a slide (`PageBlock.leads`), from 1 to STRONG: here
# widgets with what stands below them.
LEADING = {Task: 1, Segmented: 2, Marks: 2, HeadChips: STRONG}
# Gap between two parts of a page.
TIGHT_PX, WIDE_PX = 5, 8
# A part given to `keep_with_next`, and a row of controls, with what stands below; a
# comment with what stands above.
KEPT, COMMENT, CONTROLS = STRONG, 2, 2
# The labels of a slider with the slider above.
WORDS_OF_SLIDER = 8
# The notes with the last part above, so that they are not a slide of their own.
ALONE = 4


class Page(QWidget):
    """Base of a chapter's page; emits `finished` when its task has been done."""

    finished = Signal()
    nextRequested = Signal()
    # The QWidget that shows a result the viewer has asked for; it may be out of sight.
    partCame = Signal(object)

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
        self.notes: Notes | None = None
        # The part that was first on the slide in Present, before the page was made
        # anew.
        self.first_part = 0
        self._kept_with_next: set[QWidget] = set()
        self._is_in_room, self._notes_open = theme.presents(), False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 4, 12, 8)
        self.setTight(theme.presents())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setTight(self, is_tight: bool) -> None:
        """Set whether gaps are narrow and, outside Present, figures are less high."""
        self._column.setSpacing(TIGHT_PX if is_tight else WIDE_PX)
        for figure in self.findChildren(Drawn):
            figure.setTight(is_tight and not theme.presents())

    def add(self, widget: QWidget) -> None:
        """Add a widget at the end."""
        self._column.addWidget(widget)

    def add_row(self, *widgets: QWidget) -> None:
        """Add widgets side by side at the end, from the left."""
        line = Flow(8)
        for widget in widgets:
            line.addWidget(widget)
        self._column.addLayout(line)

    def say(self, text: str = "", kind: str = "body") -> Prose:
        """Add a paragraph at the end."""
        prose = Prose(text, kind)
        self.add(prose)
        prose.setHidden(not text)
        return prose

    def keep_with_next(self, widget: QWidget) -> None:
        """Keep a widget on one slide with what stands below it, if that is possible."""
        self._kept_with_next.add(widget)

    def show_formula(self, node: Node, spoken: str) -> Formula:
        """Add a formula at the end, centred."""
        formula = Formula(node, spoken)
        self._column.addWidget(formula, 0, Qt.AlignmentFlag.AlignHCenter)
        return formula

    def ask_to(self, text: str) -> None:
        """Add the task at the end."""
        self.task = Task(text)
        self.add(self.task)

    def close_with(self, notes: str, *, is_last: bool = False) -> None:
        """Add the teacher's notes and the button for the next chapter at the end."""
        self._column.addStretch(1)
        self.onward = Button(self.tr("Next chapter"))
        self.onward.setToolTip(self.tr("Go on with the next chapter"))
        self.onward.clicked.connect(self.nextRequested)
        self.onward.setHidden(is_last)
        self.notes = Notes(notes, self.onward)
        self.add(self.notes)

    def blocks(self) -> list[PageBlock]:
        """Return the visible parts from the top, each with its tie to the next."""
        items = (self._column.itemAt(i) for i in range(self._column.count()))
        found: list[PageBlock] = []
        for item in items:
            if item is None:
                continue
            widget, place = item.widget(), item.geometry()
            is_hidden = widget is not None and widget.isHidden()
            if is_hidden or item.spacerItem() is not None or place.height() < 1:
                continue
            if found:
                leads = max(found[-1].leads, self._belongs(widget))
                found[-1] = replace(found[-1], leads=leads)
            leads = CONTROLS if isinstance(item, QLayout) else 0
            for kind, weight in LEADING.items():
                leads = weight if isinstance(widget, kind) else leads
            leads = KEPT if widget in self._kept_with_next else leads
            found.append(PageBlock(place.top(), place.bottom() + 1, leads))
        return found

    def _belongs(self, widget: QWidget | None) -> int:
        """Return how strongly a part belongs to what stands above it."""
        if isinstance(widget, Marks):
            return WORDS_OF_SLIDER
        if widget is self.notes:
            return ALONE
        is_comment = isinstance(widget, Prose) and widget.kind() == "small"
        if is_comment and widget not in self._kept_with_next:
            return COMMENT
        return int(isinstance(widget, QSlider))

    def done(self) -> None:
        """Tick the task and emit `finished`, once."""
        if self.task is not None and not self.task.isDone():
            self.task.setDone(True)
            self.finished.emit()

    def refresh(self, lesson: LessonData) -> None:
        """Store `lesson` and show its numbers."""
        self.lesson = lesson
        self.update_numbers(lesson)

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the numbers of `lesson`; each chapter implements it."""
        raise NotImplementedError

    def remembered(self) -> dict[str, object]:
        """Return what the viewer has set or found, for a page that is made anew."""
        found = {name: getattr(self, name) for name in self.kept}
        return {**found, "notes_open": self.notes_open}

    @property
    def notes_open(self) -> bool:
        """Whether the notes are unfolded outside Present, where they are shown."""
        if self._is_in_room or self.notes is None:
            return self._notes_open
        return self.notes.fold.isChecked()

    @notes_open.setter
    def notes_open(self, is_open: bool) -> None:
        self._notes_open = is_open
        if self.notes is not None and not self._is_in_room:
            self.notes.fold.setChecked(is_open)

    def recall(self, memory: Mapping[str, object]) -> None:
        """Restore what `remembered` returned, before the first numbers arrive."""
        for name, value in memory.items():
            setattr(self, name, value)

    def ringed(self) -> int | None:
        """Return a token that the page shows and the query does not mark."""
        return None

    def forget(self) -> None:
        """Forget the lesson: the picture or its trace has been closed."""
        self.lesson = None

    def leave(self) -> None:
        """Remove what the page drew on the picture: another chapter or mode opens."""
