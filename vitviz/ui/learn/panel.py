"""Side panel of Learn: the chapters' numbers, the course, and the open chapter."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.learn.chapters.chapter_list import (
    Maker,
    chapter_titles,
    course_titles,
    makers,
)
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.text import Prose
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.views.chapters import Chapter, Course
from vitviz.views.colour import Meaning

Memory = dict[Chapter, dict[str, object]]

# At either side of a chapter's number in Present, where no tick is drawn.
PRESENTED_PAD_PX = 9
# The same on the desk; the tick is drawn in it, so that all numbers fit in one line.
PAD_PX = 8
# Between two numbers, and beside their row.
NUMBERS_GAP_PX, NUMBERS_MARGIN_PX = 2, 8


class NumberButton(QToolButton):
    """A button with a chapter's number, and space for a tick once it is done."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_done = False
        self._pad = PRESENTED_PAD_PX if theme.presents() else PAD_PX
        self.setCheckable(True)
        self.setText(str(number))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def setOnCourse(self, is_on: bool) -> None:
        """Set whether the course leads through the chapter; else it is faint."""
        tone = theme.colours()
        colour = "" if is_on else f"color: {tone.faint};"
        pad = "padding-left: 0; padding-right: 0;"  # `sizeHint` has the space
        self.setStyleSheet(f"QToolButton {{ {pad} {colour} }}")

    def setDone(self, is_done: bool) -> None:
        """Set whether the chapter is ticked."""
        self._is_done = is_done
        self.update()

    def isDone(self) -> bool:
        """Return whether the chapter is ticked."""
        return self._is_done

    def sizeHint(self) -> QSize:
        """Return a size with space for the number, centred, and a tick at its right."""
        size = super().sizeHint()
        number = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(number + 2 * self._pad, size.height())

    def setPad(self, pad_px: int) -> None:
        """Set the space at either side of the number."""
        if pad_px != self._pad:
            self._pad = pad_px
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and the tick beside its number."""
        super().paintEvent(event)
        if not self._is_done or theme.presents():
            return
        painter = QPainter(self)
        painter.setFont(self._tick_font())
        if self.isChecked():
            painter.setPen(self.palette().highlightedText().color())
        else:
            painter.setPen(readable(Meaning.VALUE))
        place = QRectF(self.width() - PAD_PX, 0, PAD_PX, self.height() * 0.6)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "✓")

    def _tick_font(self) -> QFont:
        """Return a font in which the tick fits beside the number."""
        font = theme.font("small")
        wide = QFontMetricsF(font).horizontalAdvance("✓")
        font.setPointSizeF(font.pointSizeF() * min(1.0, (PAD_PX - 1) / wide))
        return font


class LearnPanel(QWidget):
    """The chapters' numbers, and the page of the open chapter; setters emit nothing."""

    # A Chapter.
    chapterChosen = Signal(object)
    # A Chapter whose task or guess has been done.
    chapterFinished = Signal(object)
    # A Course.
    courseChosen = Signal(object)
    # Another chapter or step is shown, or the answer to a guess.
    turned = Signal()
    # Remove the Lab's changes from the model.
    restoreRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._host: ChapterHost | None = None
        self._makers: dict[Chapter, Maker] = {}
        self._pages: dict[Chapter, Page] = {}
        self._memory: Memory = {}
        self._done: frozenset[Chapter] = frozenset()
        self._chapter = Chapter.SEQUENCE
        self._course = Course.LESSON
        self._titles = chapter_titles()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_number)
        self._title = Prose("", "title")
        self._courses = QToolButton()
        self._courses.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._courses.setToolTip(self.tr("Choose a way through the chapters"))
        self._courses.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._courses.setHidden(theme.presents())  # it is chosen before the talk
        menu = QMenu(self._courses)
        self._course_texts = course_titles()
        for course, text in self._course_texts.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(course)
        menu.triggered.connect(self._on_course)
        self._courses.setMenu(menu)
        numbers = Flow(NUMBERS_GAP_PX)
        for chapter in Chapter:
            button = NumberButton(chapter.number)
            self._group.addButton(button, chapter.number)
            numbers.addWidget(button)
        self._stack = QStackedWidget()
        self._empty = Prose("")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(12, 4, 12, 4)
        self._stack.addWidget(self._empty)
        self.setWaiting(False)
        self._notice = Prose(
            self.tr(
                "<w>The Lab has changed this model.</w> All numbers are of the changed "
                "one."
            )
        )
        self._restore = Button(self.tr("Restore the model"))
        self._restore.setToolTip(self.tr("Switch every change of the Lab off"))
        self._restore.clicked.connect(self.restoreRequested)
        self._changed = QWidget()
        changed = QHBoxLayout(self._changed)
        changed.setContentsMargins(12, 2, 12, 2)
        changed.addWidget(self._notice, 1)
        changed.addWidget(self._restore)
        self._changed.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        row = QHBoxLayout()
        above = 1 if theme.presents() else 4
        row.setContentsMargins(NUMBERS_MARGIN_PX, above, NUMBERS_MARGIN_PX, 0)
        row.addLayout(numbers, 1)
        layout.addLayout(row)
        above = 0 if theme.presents() else 6
        self._title.setContentsMargins(12, above, 12, 2)
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 0, 8, 0)
        heading.addWidget(self._title, 1)
        heading.addWidget(self._courses)
        layout.addLayout(heading)
        layout.addWidget(self._changed)
        layout.addWidget(self._stack, 1)
        self.setMinimumWidth(280)
        self.setAccessibleName(self.tr("Learn"))
        self.setDone(frozenset())
        self.setCourse(self._course)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In Present, fit all numbers on one line: it is the step that needs space."""
        super().resizeEvent(event)
        if theme.presents():
            buttons = [cast("NumberButton", one) for one in self._group.buttons()]
            digits = sum(
                one.fontMetrics().horizontalAdvance(one.text()) for one in buttons
            )
            gaps = NUMBERS_GAP_PX * (len(buttons) - 1) + 2 * NUMBERS_MARGIN_PX
            pad = (self.width() - gaps - digits) // (2 * len(buttons))
            for one in buttons:
                one.setPad(min(max(pad, 1), PRESENTED_PAD_PX))

    def setHost(self, host: ChapterHost) -> None:
        """Set what the chapters ask; pages are made when they are first opened."""
        self._host = host

    def setWaiting(self, is_waiting: bool) -> None:
        """Set whether a picture is open whose first layer has not been computed yet."""
        text = self.tr(
            "Open a picture first: every number in these chapters is computed from it, "
            "here and now."
        )
        if is_waiting:
            text = self.tr(
                "The model is reading this picture. The numbers come with its first "
                "layer."
            )
        self._empty.say(text)
        # a paragraph shows itself with its text, also behind a page
        self._empty.setVisible(self._stack.currentWidget() is self._empty)

    def setDone(self, done: frozenset[Chapter]) -> None:
        """Mark the chapters whose task has been done."""
        self._done = done
        for chapter in Chapter:
            button = self.button(chapter)
            is_done = chapter in done
            button.setDone(is_done)
            title = self._titles[chapter]
            tip = self.tr("{title} (done)").format(title=title) if is_done else title
            button.setToolTip(tip)
            button.setAccessibleName(f"{chapter.number}: {tip}")

    def setChapter(self, chapter: Chapter) -> None:
        """Show a chapter."""
        if chapter is not self._chapter and self._chapter in self._pages:
            self._pages[self._chapter].leave()
        self._chapter = chapter
        self._show_title()
        page = self.page()
        if page is not None:
            self._stack.setCurrentWidget(page)
        self.turned.emit()

    def chapter(self) -> Chapter:
        """Return the chapter that is open."""
        return self._chapter

    def setCourse(self, course: Course) -> None:
        """Set the course that the ways on and back follow."""
        self._course = course
        text = self._course_texts[course]
        self._courses.setText(f"{text} ▾")
        self._courses.setAccessibleName(self.tr("Course: {name}").format(name=text))
        for action in self._courses.menu().actions():
            action.setChecked(action.data() is course)
        for chapter in Chapter:
            self.button(chapter).setOnCourse(chapter in course.chapters)
        self._show_title()

    def course(self) -> Course:
        """Return the course that is followed."""
        return self._course

    def courseButton(self) -> QToolButton:
        """Return the button with the menu of courses."""
        return self._courses

    def remembered(self) -> Memory:
        """Return what the viewer has done in every chapter, for a panel made anew."""
        return {chapter: page.remembered() for chapter, page in self._pages.items()}

    def recall(self, memory: Memory) -> None:
        """Set what was done in another panel; call this before a chapter is opened."""
        self._memory = memory

    def step(self, by: int) -> None:
        """Go to the course's next chapter, or the one before, at its first step."""
        self._open(self._course.step(self._chapter, by))

    def turn(self, by: int) -> None:
        """Go one step on or back, and beyond a chapter's last to the next chapter."""
        page = self.page()
        if page is not None and page.turn(by):
            return
        following = self._course.step(self._chapter, by)
        if following is not self._chapter:
            self._open(following, 0 if by > 0 else -1)

    def page(self) -> Page | None:
        """Return the open chapter's page; None until there is a host."""
        chapter = self._chapter
        if chapter not in self._pages:
            if self._host is None:
                return None
            self._makers = self._makers or makers()
            page = self._makers[chapter](self._host)
            page.recall(self._memory.get(chapter, {}))
            page.finished.connect(self._on_finished)
            page.turnRequested.connect(self.turn)
            page.turned.connect(self._on_turned)
            page.setDone(chapter in self._done)
            self._pages[chapter] = page
            self._stack.addWidget(page)
            self._show_ways()
        return self._pages[chapter]

    def refresh(self, lesson: LessonData) -> None:
        """Show the numbers of `lesson` in the open chapter."""
        self._changed.setVisible(bool(lesson.trace.interventions))
        page = self.page()
        if page is not None:
            page.refresh(lesson)

    def forget(self) -> None:
        """Forget the numbers: the picture or its trace was closed."""
        for page in self._pages.values():
            page.forget()

    def leave(self) -> None:
        """React to another mode: the open chapter is left."""
        if self._chapter in self._pages:
            self._pages[self._chapter].leave()

    def button(self, chapter: Chapter) -> NumberButton:
        """Return the button that opens a chapter."""
        button = self._group.button(chapter.number)
        assert isinstance(button, NumberButton)
        return button

    def title(self) -> str:
        """Return the title above the chapter."""
        return self._title.source()

    def place(self) -> str:
        """Return which step of the chapter is shown, as "2/4"; empty before a host."""
        page = self.page()
        return "" if page is None else page.counter()

    def following(self) -> str:
        """Return what a step on shows; empty after the last step of the course.

        The answer to an open guess, the next step, or the next chapter's title.
        """
        page = self.page()
        if page is not None and page.is_guessing():
            return self.tr("the answer")
        if page is not None and page.step_index + 1 < len(page.all_steps()):
            return self.tr("step {n} of this chapter").format(n=page.step_index + 2)
        following = self._course.step(self._chapter, 1)
        return "" if following is self._chapter else self._titles[following]

    def _open(self, chapter: Chapter, step: int = 0) -> None:
        """Open a chapter at a step; -1 is its last."""
        self.chapterChosen.emit(chapter)
        page = self.page()
        if page is not None:
            page.show_step(step)

    def _show_title(self) -> None:
        self._title.say(
            self.tr("{n}  {title}").format(
                n=self._chapter.number, title=self._titles[self._chapter]
            )
        )
        self.button(self._chapter).setChecked(True)
        self._show_ways()

    def _show_ways(self) -> None:
        """Show whether there is a way back and on from the step that is shown."""
        page = self._pages.get(self._chapter)
        if page is None:
            return
        is_first = self._course.step(self._chapter, -1) is self._chapter
        is_last = self._course.step(self._chapter, 1) is self._chapter
        page.back.setEnabled(page.step_index > 0 or not is_first)
        page.onward.setEnabled(
            page.step_index + 1 < len(page.all_steps()) or not is_last
        )

    def _on_turned(self) -> None:
        self._show_ways()
        self.turned.emit()

    def _on_number(self, number: int) -> None:
        self._open(next(one for one in Chapter if one.number == number))

    def _on_course(self, action: QAction) -> None:
        self.courseChosen.emit(action.data())

    def _on_finished(self) -> None:
        page = self.sender()
        for chapter, one in self._pages.items():
            if one is page:
                self.chapterFinished.emit(chapter)
