"""Hints for the first start: three short texts, each beside what it explains.

One is shown at a time.

They cover nothing that is needed, take no focus, and disappear when the user does what
they say. They do not return at the next start; "Show hints" brings them back.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from vitviz.system import settings
from vitviz.ui.base import theme
from vitviz.views.colour import Meaning
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.ui.base.document import Document
    from vitviz.ui.compare import Comparison
    from vitviz.ui.window.layout import Contents
    from vitviz.views.view_state import ViewState

# From a hint to what it explains; its pointed tip takes most of that.
GAP_PX = 8
# Largest width of the text; the hint on heads is wider, so that it takes only two lines
# above the colour bar.
TEXT_PX = 260
HEADS_TEXT_PX = 400


class About(enum.Enum):
    """The subject of a hint; the values are the names in the settings."""

    PICTURE = "picture"
    LAYERS = "layers"
    HEADS = "heads"


class Hint(QWidget):
    """A sentence on a card, with a tip that points down or to the right."""

    # What the hint was about, an `About`.
    dismissed = Signal(object)

    def __init__(self, about: About, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.about = about
        self._label = QLabel(text)
        self._label.setWordWrap(True)
        most = HEADS_TEXT_PX if about is About.HEADS else TEXT_PX
        self._label.setFixedWidth(_even_width(self._label, most))
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(self.tr("Dismiss; this hint does not come again"))
        self._close.setAccessibleName(self.tr("Dismiss the hint"))
        self._close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 4 + GAP_PX, 8 + GAP_PX)
        row.setSpacing(4)
        row.addWidget(self._label)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(text)
        self.adjustSize()
        self.hide()

    def closeButton(self) -> QToolButton:
        """Return the button that dismisses the hint."""
        return self._close

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card with its tip."""
        tone = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(Meaning.QUERY.value), 1.5))
        painter.setBrush(QColor(tone.panel))
        right, bottom = self.width() - GAP_PX, self.height() - GAP_PX
        card = self.rect().adjusted(1, 1, -GAP_PX, -GAP_PX)
        painter.drawRoundedRect(card, 6, 6)
        if self.about is About.HEADS:
            tip = [(right - 1, 18), (right + 6, 24), (right - 1, 30)]
        else:
            tip = [(24, bottom - 1), (30, bottom + 6), (36, bottom - 1)]
        points = QPolygonF([QPointF(x, y) for x, y in tip])
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(points)

    def _on_close(self) -> None:
        self.dismissed.emit(self.about)


class HintsWindow(Protocol):
    """Whether it is a time for hints at all."""

    offers_hints: bool

    @property
    def is_presenting(self) -> bool: ...


class HintedView(Protocol):
    """What is on screen, beside which hints are due."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def comparison(self) -> Comparison: ...


class Hints(QObject):
    """The hints that are due, each at its place; lives in the main thread."""

    def __init__(
        self, window: HintsWindow, view: HintedView, contents: Contents
    ) -> None:
        super().__init__(contents)
        self._window, self._view, self._contents = window, view, contents
        self._hints: dict[About, Hint] = {}
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        panes = contents.panes
        panes.picture.tokenClicked.connect(self._on_picture)
        panes.picture.viewMoved.connect(self._soon.start)
        self._seen = view.state
        for anchor in (panes.picture, panes.rail, panes.strip):
            anchor.installEventFilter(self)
        if window.offers_hints:
            self._soon.start()

    def on_document(self) -> None:
        """Show what is due beside another picture or trace."""
        self._soon.start()

    def on_state(self) -> None:
        """Dismiss the hint on layers or heads: another was chosen, by click or key."""
        before, self._seen = self._seen, self._view.state
        for about, is_other in (
            (About.LAYERS, before.layer != self._seen.layer),
            (About.HEADS, before.heads != self._seen.heads),
        ):
            if is_other and self._view.document.trace is not None:
                self._dismiss(about)
        self._soon.start()

    def show_again(self) -> None:
        """Show all hints again."""
        settings.set(dismissed_hints=())
        self._window.offers_hints = True
        self._soon.start()

    def remember(self) -> None:
        """Store which hints were shown: they do not appear at the next start."""
        if self._window.offers_hints and self._hints:
            done = {
                *settings.get().dismissed_hints,
                *(one.value for one in self._hints),
            }
            settings.set(dismissed_hints=tuple(sorted(done)))

    def hint(self, about: About) -> Hint | None:
        """Return the hint about something, if it was shown."""
        return self._hints.get(about)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Keep each hint beside what it is about."""
        if event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.Move,
            QEvent.Type.Show,
            QEvent.Type.Hide,
        ):
            self._soon.start()
        return False

    def _on_picture(self, _token: int, _shift: bool) -> None:
        self._dismiss(About.PICTURE)

    def _dismiss(self, about: About) -> None:
        """Hide a hint and store that; only `show_again` brings it back."""
        if not self._window.offers_hints:
            return
        done = settings.get().dismissed_hints
        if about.value not in done:
            settings.set(dismissed_hints=(*done, about.value))
        self._soon.start()

    def _place(self) -> None:
        window, view = self._window, self._view
        trace = view.document.trace
        is_time = (
            window.offers_hints
            and not window.is_presenting
            and trace is not None
            and trace.is_complete
            and view.state.mode is Mode.INSPECT
            and view.comparison.kept is None
        )
        done = settings.get().dismissed_hints
        for about, anchor in self._anchors().items():
            is_due = is_time and about.value not in done and anchor.isVisible()
            is_time = is_time and not is_due  # one at a time: the first that is due
            hint = self._hints.get(about)
            if is_due:
                hint = hint or self._make(about)
                hint.move(self._corner(about, hint, anchor))
                hint.raise_()
            if hint is not None:
                hint.setVisible(is_due)

    def _anchors(self) -> dict[About, QWidget]:
        panes = self._contents.panes
        return {
            About.PICTURE: panes.picture,
            About.LAYERS: panes.rail,
            About.HEADS: panes.strip,
        }

    def _make(self, about: About) -> Hint:
        text = {
            About.PICTURE: self.tr(
                "Move over the picture: each patch shows where it looks. A click keeps "
                "it."
            ),
            About.LAYERS: self.tr(
                "A small map for every layer. Click one to see it large; [ and ] move."
            ),
            About.HEADS: self.tr(
                "A small map for every head of this layer. Click one, or the mean. "
                "What a head is: Learn (F3)."
            ),
        }[about]
        hint = Hint(about, text, self._contents)
        hint.dismissed.connect(self._dismiss)
        self._hints[about] = hint
        return hint

    def _corner(self, about: About, hint: Hint, anchor: QWidget) -> QPoint:
        """Return the position of the hint's top left corner in the central widget."""
        central = hint.parentWidget()
        assert central is not None
        if about is About.PICTURE:  # points into what the model sees
            seen = self._contents.panes.picture.inputRect()
            place = QPointF(24, 24) if seen is None else seen.topLeft()
            corner = QPoint(max(round(place.x()) + 8, 8), max(round(place.y()) + 8, 8))
            return anchor.mapTo(central, corner)
        if about is About.LAYERS:
            return anchor.mapTo(central, QPoint(24, 4 - hint.height()))
        # left of the colour bar, which has to stay in sight
        bar = self._contents.panes.bar
        return bar.mapTo(central, QPoint(4 - hint.width(), 4))


def _even_width(label: QLabel, most: int) -> int:
    """Return the least width with no more lines than `most`: no word stands alone."""
    height = label.heightForWidth(most)
    widths = range(most // 2, most)
    return next((w for w in widths if label.heightForWidth(w) == height), most)
