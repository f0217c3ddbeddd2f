"""Scroll area of a chapter's page; in Present it shows the page slide by slide."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QToolButton,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.paging import Slide, slides_of

# In a view of fewer lines of body text, the parts of a page stand closer together.
TIGHT_BELOW_LINES = 38.0
# Height of the “More below” button, in lines, and the share of it that fades in.
MORE_LINES, FADED = 1.9, 0.4
# The margin below the last part: no more than that out of sight needs no button.
NOTHING_PX = 12
# Wheel angle for one slide, in Qt's unit of an eighth of a degree.
WHEEL_STEP = 120


class More(QToolButton):
    """A button that scrolls down, shown only where there is more below.

    The page fades out behind it.
    """

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self.setText(self.tr("More below") + " ▾")
        self.setAccessibleName(self.tr("More below"))
        self.setToolTip(self.tr("Scroll down: the chapter goes on below"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(self._place)
        bar.rangeChanged.connect(self._place)
        area.installEventFilter(self)
        self.clicked.connect(self._on_clicked)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the lower edge of the scroll area."""
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the fading background, and the text at its lower end."""
        painter = QPainter(self)
        tone = theme.colours()
        ground = QColor(tone.panel)
        clear = QColor(ground)
        clear.setAlpha(0)
        fade = QLinearGradient(0, 0, 0, self.height())
        fade.setColorAt(0, clear)
        fade.setColorAt(FADED, ground)
        fade.setColorAt(1, ground)
        painter.fillRect(self.rect(), fade)
        font = theme.font("small")
        font.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(font)
        painter.setPen(QColor(tone.text))
        place = self.rect().adjusted(0, round(self.height() * FADED), 0, -2)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.text())

    def _place(self) -> None:
        bar = self._area.verticalScrollBar()
        is_needed = bar.maximum() - bar.value() > NOTHING_PX
        self.setVisible(is_needed and not theme.presents())
        if is_needed:
            room = self._area.viewport().geometry()
            height = round(MORE_LINES * theme.line_px("small"))
            top = room.bottom() + 1 - height
            self.setGeometry(room.left(), top, room.width(), height)
            self.raise_()

    def _on_clicked(self) -> None:
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + round(0.8 * bar.pageStep()))


class PageSlides(QScrollArea):
    """A scroll area that shows whole parts in Present, on as many slides as needed."""

    # Another slide is shown, or their number has changed.
    changed = Signal()

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._is_turned = theme.presents()
        self._slides: tuple[Slide, ...] = (Slide(0, 0),)
        self._index = 0
        # Part that the page made before this one began with; in sight until a slide is
        # turned.
        self._first_part = page.first_part
        self._turned_by = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more = More(self)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._arrange)
        if self._is_turned:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            page.installEventFilter(self)
            self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def more(self) -> More:
        """Return the “More below” button."""
        return self._more

    def count(self) -> int:
        """Return the number of slides; 1 outside Present."""
        return len(self._slides)

    def index(self) -> int:
        """Return the index of the slide that is shown."""
        return self._index

    def first_part(self) -> int:
        """Return the index of the part its slide begins with; 0 outside Present."""
        parts = self._parts() if self._index else {}
        top = self._slides[self._index].top
        return next((i for i, y in parts.items() if y >= top), 0)

    def step(self, by: int) -> bool:
        """Move by `by` slides; return False where there are none left."""
        self._arrange()  # parts that were just unfolded have not been measured
        index = self._index + by
        if not 0 <= index < self.count():
            return False
        self.show_slide(index)
        return True

    def show_slide(self, index: int) -> None:
        """Show a slide; -1 is the last."""
        self._arrange()
        self._first_part = 0
        self._index = index % self.count()
        self._show()
        self.changed.emit()

    def showPart(self, widget: QWidget) -> None:
        """Bring a part of the page into view."""
        if not self._is_turned:
            # the page needs its new height first; the “More” button must not cover the
            # part
            QApplication.sendPostedEvents(self._page, QEvent.Type.LayoutRequest)
            top = widget.mapTo(self._page, QPoint(0, 0)).y()
            self.ensureVisible(0, top + widget.height() + self._more.height(), 0, 0)
            self.ensureVisible(0, top, 0, 0)
            return
        self._arrange()
        self.show_slide(self._slide_at(widget))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Divide the page anew when something on it has changed."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._soon.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the page anew; outside Present, set how close its parts stand."""
        super().resizeEvent(event)
        if self._is_turned:
            self._soon.start()
        else:
            self._page.setTight(self.height() < TIGHT_BELOW_LINES * theme.line_px())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn to another slide in Present; scroll otherwise."""
        if not self._is_turned:
            super().wheelEvent(event)
            return
        self._turned_by += event.angleDelta().y()
        if abs(self._turned_by) >= WHEEL_STEP:
            self.step(-1 if self._turned_by > 0 else 1)
            self._turned_by = 0
        event.accept()

    def _arrange(self) -> None:
        if not self._is_turned or not self.isVisible():
            return
        layout = self._page.layout()
        if layout is not None:
            layout.activate()
        slides = slides_of(self._page.blocks(), self.height())
        if slides != self._slides:
            former = self._slides[min(self._index, self.count() - 1)]
            self._slides = slides
            # the part that was read last stays in sight
            shown = [i for i, one in enumerate(slides) if one.top <= former.top]
            self._index = shown[-1] if shown else 0
            self.changed.emit()
        y = self._parts().get(self._first_part) if self._first_part else None
        if y is not None and self._index != self._slide_of(y):
            self._index = self._slide_of(y)
            self.changed.emit()
        self._show()

    def _parts(self) -> dict[int, int]:
        """Return the middle of every visible part, in px of the page, by its index."""
        layout = self._page.layout()
        items = () if layout is None else map(layout.itemAt, range(layout.count()))
        return {
            index: item.geometry().center().y()
            for index, item in enumerate(items)
            if item is not None and not item.isEmpty()
        }

    def _show(self) -> None:
        slide = self._slides[self._index]
        if self.count() > 1:
            rest = max(self.height() - (slide.bottom - slide.top), 0)
            self.setViewportMargins(0, 0, 0, rest)
        else:
            self.setViewportMargins(0, 0, 0, 0)
        self.verticalScrollBar().setValue(slide.top)

    def _on_scrolled(self, value: int) -> None:
        """Show the whole slide of the focused widget: Qt scrolls only to the widget."""
        if value == self._slides[self._index].top:
            return
        focus = QApplication.focusWidget()
        if focus is not None and self._page.isAncestorOf(focus):
            self._first_part = 0
            self._index = self._slide_at(focus)
            self.changed.emit()
        self._soon.start()

    def _slide_at(self, widget: QWidget) -> int:
        """Return the index of the slide that shows the middle of a widget."""
        return self._slide_of(
            widget.mapTo(self._page, QPoint(0, widget.height() // 2)).y()
        )

    def _slide_of(self, y: int) -> int:
        found = [i for i, one in enumerate(self._slides) if one.top <= y]
        return found[-1] if found else 0
