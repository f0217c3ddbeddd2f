"""Side panel of Learn: the numbers of nine chapters, of which one is open."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.learn.chapters.chapter_list import Maker, chapter_titles, makers
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.slides import PageSlides
from vitviz.ui.learn.text import Prose
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.views.chapters import Chapter
from vitviz.views.colour import Meaning

Memory = dict[Chapter, dict[str, object]]


class NumberButton(QToolButton):
    """A button with a chapter's number, and space for a tick once it is done."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_done = False
        self.setCheckable(True)
        self.setText(str(number))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

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
        wide = number + 2 * (self._tick_width() + 3)
        return size.expandedTo(QSize(round(wide), size.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and the tick beside its number."""
        super().paintEvent(event)
        if not self._is_done:
            return
        painter = QPainter(self)
        painter.setFont(theme.font("small"))
        if self.isChecked():
            painter.setPen(self.palette().highlightedText().color())
        else:
            painter.setPen(readable(Meaning.VALUE))
        wide = self._tick_width()
        place = QRectF(self.width() - wide - 3, 0, wide + 1, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "✓")

    def _tick_width(self) -> float:
        return QFontMetricsF(theme.font("small")).horizontalAdvance("✓")


class LearnPanel(QWidget):
    """The chapters' numbers, and the page of the open chapter; setters emit nothing."""

    # A Chapter.
    chapterChosen = Signal(object)
    # A Chapter whose task has been done.
    chapterFinished = Signal(object)
    # Remove the Lab's changes from the model.
    restoreRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._host: ChapterHost | None = None
        self._makers: dict[Chapter, Maker] = {}
        self._pages: dict[Chapter, Page] = {}
        self._areas: dict[Chapter, PageSlides] = {}
        self._memory: Memory = {}
        self._done: frozenset[Chapter] = frozenset()
        self._chapter = Chapter.SEQUENCE
        # The widget to scroll to, once the page has been laid out with it.
        self._part: QWidget | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show_part)
        self._titles = chapter_titles()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_number)
        self._title = Prose("", "title")
        self._back = self._arrow("‹", self.tr("Chapter before (Page Up)"), -1)
        self._on = self._arrow("›", self.tr("Next chapter (Page Down)"), 1)
        for arrow in (self._back, self._on):  # in Present the clicker's keys do it
            arrow.setHidden(theme.presents())
        numbers = Flow(2)
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
        row.setContentsMargins(8, 4, 8, 0)
        row.addLayout(numbers)
        layout.addLayout(row)
        above = 0 if theme.presents() else 6
        self._title.setContentsMargins(12, above, 12, 2)
        self._place = QLabel()
        self._place.setFont(theme.font("small"))
        self._place.setContentsMargins(0, above, 12, 2)
        self._place.hide()
        heading = QHBoxLayout()
        heading.setSpacing(0)
        heading.addWidget(self._title, 1)
        heading.addWidget(self._place)
        # Beside the numbers, the arrows would wrap into a row of their own.
        heading.addWidget(self._back)
        heading.addWidget(self._on)
        heading.setContentsMargins(0, 0, 8, 0)
        layout.addLayout(heading)
        layout.addWidget(self._changed)
        layout.addWidget(self._stack, 1)
        self.setMinimumWidth(280)
        self.setAccessibleName(self.tr("Learn"))
        self.setDone(frozenset())
        self._show_title()

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
            self._stack.setCurrentWidget(self._areas[chapter])
        self._show_place()

    def chapter(self) -> Chapter:
        """Return the chapter that is open."""
        return self._chapter

    def remembered(self) -> Memory:
        """Return what the viewer has done in every chapter, for a panel made anew."""
        return {
            chapter: page.remembered()
            | {"first_part": self._areas[chapter].first_part()}
            for chapter, page in self._pages.items()
        }

    def recall(self, memory: Memory) -> None:
        """Set what was done in another panel; call this before a chapter is opened."""
        self._memory = memory

    def step(self, by: int) -> None:
        """Go `by` chapters on, as the viewer does with the arrows."""
        self.chapterChosen.emit(self._chapter.step(by))

    def turn(self, by: int) -> None:
        """Go `by` slides on, and after a chapter's last one to the next chapter."""
        slides = self.slides()
        if slides is not None and slides.step(by):
            return
        before = self._chapter
        self.step(by)
        slides = self.slides()
        if slides is not None and before is not self._chapter:
            slides.show_slide(0 if by > 0 else -1)

    def slides(self) -> PageSlides | None:
        """Return the slides of the open chapter; None until there is a host."""
        return None if self.page() is None else self._areas[self._chapter]

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
            page.nextRequested.connect(self._on_next)
            page.partCame.connect(self._on_part)
            if page.notes is not None:
                page.notes.fold.toggled.connect(self._on_folded)
            if page.task is not None:
                page.task.setDone(chapter in self._done)
            area = PageSlides(page)
            area.changed.connect(self._show_place)
            self._pages[chapter], self._areas[chapter] = page, area
            self._stack.addWidget(area)
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
        """Return which slide of the chapter is shown, as "2/3"; empty where all are."""
        return "" if self._place.isHidden() else self._place.text()

    def following(self) -> str:
        """Return the next slide, or the next chapter's title; empty after the last."""
        slides = self.slides()
        if slides is not None and slides.index() + 1 < slides.count():
            return self.tr("slide {n} of this chapter").format(n=slides.index() + 2)
        following = self._chapter.step(1)
        return "" if following is self._chapter else self._titles[following]

    def _arrow(self, text: str, tip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("step", by)
        button.clicked.connect(self._on_arrow)
        return button

    def _show_title(self) -> None:
        self._title.say(f"{self._chapter.number}  {self._titles[self._chapter]}")
        self.button(self._chapter).setChecked(True)
        self._back.setEnabled(self._chapter.step(-1) is not self._chapter)
        self._on.setEnabled(self._chapter.step(1) is not self._chapter)

    def _on_folded(self, is_open: bool) -> None:
        page = self._pages[self._chapter]
        if is_open and page.notes is not None:
            self._part = page.notes.text
            self._soon.start()

    def _on_part(self, part: QWidget) -> None:
        if not theme.presents():  # in Present, the speaker turns to the next slide
            self._part = part
            self._soon.start()

    def _show_part(self) -> None:
        """Scroll to a part that was unfolded, or has appeared, below the edge."""
        part, self._part = self._part, None
        page = self._pages.get(self._chapter)
        if page is None or part is None or not page.isAncestorOf(part):
            return
        if part.isVisible():
            self._areas[self._chapter].showPart(part)

    def _show_place(self) -> None:
        """Show which of the chapter's slides this is, where it has several."""
        slides = self._areas.get(self._chapter)
        count = 1 if slides is None else slides.count()
        self._place.setHidden(count < 2)
        if slides is not None:
            self._place.setText(f"{slides.index() + 1}/{count}")
            text = self.tr("Slide {n} of {count} of this chapter")
            text = text.format(n=slides.index() + 1, count=count)
            self._place.setToolTip(text)
            self._place.setAccessibleName(text)

    def _on_number(self, number: int) -> None:
        self.chapterChosen.emit(tuple(Chapter)[number - 1])

    def _on_arrow(self) -> None:
        self.step(int(self.sender().property("step")))

    def _on_next(self) -> None:
        self.step(1)

    def _on_finished(self) -> None:
        page = self.sender()
        for chapter, one in self._pages.items():
            if one is page:
                self.chapterFinished.emit(chapter)
