"""The ribbon: the whole model as a row of stops, each of which opens its arithmetic."""

from __future__ import annotations

from PySide6.QtCore import (
    QCoreApplication,
    QEasingCurve,
    QEvent,
    QPropertyAnimation,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.base.motion import duration_ms
from vitviz.views.chapters import Chapter
from vitviz.views.ribbon import ModelShape, ReadBy, Stop

# Between two stops, where the line runs.
GAP_PX = 12
PAD_PX = 8
LEAST_PAD_PX = 3
MARGIN_PX = 8
RADIUS_PX = 5.0
# Above and below the words of a stop.
TALL_PX = 6
# Ways to set a row, the widest first: the gap between stops, the space at either side
# of their words, and whether a number is repeated on further stops of its chapter.
_SPACINGS = (
    (GAP_PX, PAD_PX, True),
    (8, 5, True),
    (5, LEAST_PAD_PX, True),
    (5, LEAST_PAD_PX, False),
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Ribbon", text)


def stop_name(stop: Stop, shape: ModelShape | None) -> str:
    """Return what is written on a stop."""
    read_by = ReadBy.CLS if shape is None else shape.read_by
    is_rotary = shape is not None and shape.is_rotary
    names = {
        Stop.PICTURE: _tr("picture"),
        Stop.PATCHES: _tr("patches"),
        Stop.POSITION: _tr("position") if is_rotary else _tr("+ position"),
        Stop.NORM: _tr("norm"),
        Stop.ATTENTION: _tr("attention"),
        Stop.ADD: "+",
        Stop.SECOND_NORM: _tr("norm"),
        Stop.MLP: "MLP",
        Stop.SECOND_ADD: "+",
        Stop.READ: {
            ReadBy.CLS: "CLS",
            ReadBy.MEAN: _tr("mean"),
            ReadBy.POOL: _tr("pool"),
        }[read_by],
        Stop.ANSWER: _tr("answer"),
    }
    assert names.keys() == {*Stop}
    return names[stop]


def arithmetic(stop: Stop, shape: ModelShape) -> str:
    """Return the sizes of a stop in this model, as one or two sentences."""
    rows, cols = shape.grid
    joined = shape.num_heads * shape.head_width
    values = {
        "w": shape.input[0],
        "h": shape.input[1],
        "pw": shape.patch[0],
        "ph": shape.patch[1],
        "channels": shape.channels,
        "rows": rows,
        "cols": cols,
        "patches": shape.num_patches,
        "special": len(shape.special),
        "tokens": shape.num_tokens,
        "numbers": shape.patch_numbers,
        "width": shape.width,
        "heads": shape.num_heads,
        "d": shape.head_width,
        "joined": joined,
        "hidden": shape.mlp_width,
        "outputs": shape.num_outputs,
    }
    return _template(stop, shape).format(**values)


def _template(stop: Stop, shape: ModelShape) -> str:
    match stop:
        case Stop.PICTURE:
            return _tr("{h} × {w} pixels × {channels} colours enter the model.")
        case Stop.PATCHES:
            cut = _tr(
                "{h} ÷ {ph} = {rows} rows, {w} ÷ {pw} = {cols} columns: {patches} "
                "patches of {ph} × {pw} × {channels} = {numbers} numbers. Each times "
                "{numbers} × {width} → {width} numbers, a token."
            )
            if shape.special:
                cut += " " + _tr("{patches} + {special} special = {tokens} tokens.")
            return cut
        case Stop.POSITION:
            if shape.is_rotary:
                return _tr(
                    "Nothing is added: every attention turns q and k by their place."
                )
            return _tr(
                "{tokens} × {width} + {tokens} × {width}: a vector for each place is "
                "added."
            )
        case Stop.NORM | Stop.SECOND_NORM:
            return _tr(
                "{tokens} × {width} → {tokens} × {width}: the {width} numbers of a "
                "token are brought to one scale, each token by itself."
            )
        case Stop.ATTENTION:
            return _tr(
                "Q, K and V: {tokens} × {width} → {heads} heads of {tokens} × {d}. "
                "softmax(Q Kᵀ ÷ √{d}): {heads} × {tokens} × {tokens} weights; times V, "
                "joined: {tokens} × {joined}; times W_O → {tokens} × {width}."
            )
        case Stop.ADD | Stop.SECOND_ADD:
            return _tr(
                "{tokens} × {width} + {tokens} × {width}: what came out is added to "
                "what went in, so nothing is lost on the way."
            )
        case Stop.MLP:
            if not shape.mlp_width:
                return _tr(
                    "{tokens} × {width} → {tokens} × {width}: each token by itself."
                )
            return _tr(
                "{tokens} × {width} → {tokens} × {hidden} → {tokens} × {width}: each "
                "token by itself."
            )
        case Stop.READ:
            return {
                ReadBy.CLS: _tr(
                    "Of {tokens} tokens the answer reads one, CLS: {width} numbers."
                ),
                ReadBy.MEAN: _tr(
                    "The mean of {patches} patches: {patches} × {width} → {width}."
                ),
                ReadBy.POOL: _tr(
                    "A query of its own attends to the tokens: {tokens} × {width} → "
                    "{width}."
                ),
            }[shape.read_by]
        case Stop.ANSWER:
            if not shape.num_outputs:
                return _tr("It comes with the last layer.")
            if shape.has_head:
                return _tr("{width} numbers times {width} × {outputs} → {outputs}.")
            return _tr(
                "{outputs} numbers, a feature. What it means is told by what it is "
                "most like."
            )


class StopButton(QAbstractButton):
    """One stop: its name, its chapter's number, a light; the layout asks its size."""

    def __init__(self, stop: Stop) -> None:
        super().__init__()
        self.stop = stop
        self.number = ""
        self.is_lit = False
        self._pad, self._shows_number = PAD_PX, True
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setPad(self, pad_px: int) -> None:
        """Set the space at either side of the words."""
        if pad_px != self._pad:
            self._pad = pad_px
            self.updateGeometry()

    def setShowsNumber(self, is_shown: bool) -> None:
        """Set whether the chapter's number is drawn."""
        if is_shown != self._shows_number:
            self._shows_number = is_shown
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size with space for name and number."""
        metrics = QFontMetricsF(theme.font("small"))
        wide = metrics.horizontalAdvance(self.text())
        if self.number and self._shows_number:
            wide += metrics.horizontalAdvance(self.number) + 5
        tall = 1 if theme.presents() else TALL_PX
        height = theme.line_px("small") + 2 * tall
        return QSize(round(wide + 2 * self._pad + 2), round(height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the stop before or after with the arrow keys."""
        step = {Qt.Key.Key_Left: False, Qt.Key.Key_Right: True}
        is_next = step.get(Qt.Key(event.key()))
        if is_next is not None:
            self.focusNextPrevChild(is_next)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the stop."""
        tone = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_lit = self.is_lit
        painter.setPen(QPen(QColor(tone.faint if is_lit else tone.line), 1))
        painter.setBrush(QColor(tone.accent if is_lit else tone.panel))
        painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)
        if self.isChecked() or self.hasFocus() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = theme.drawn(2.0 if self.isChecked() or self.hasFocus() else 1.0)
            painter.setPen(QPen(QColor(tone.text), width))
            painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.accent_text if is_lit else tone.text))
        inner = rect.adjusted(self._pad, 0, -self._pad, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        centre = Qt.AlignmentFlag.AlignCenter
        has_number = bool(self.number) and self._shows_number
        flags = (left if has_number else centre) | Qt.TextFlag.TextDontClip
        painter.drawText(inner, int(flags), self.text())
        if has_number:
            painter.setPen(QColor(tone.accent_text if is_lit else tone.faint))
            painter.drawText(inner, int(right), self.number)


class Ribbon(QWidget):
    """The stops in a row, with the open one's arithmetic below; setters emit nothing.

    It shows one model, the chapters there are, and where one is. Where a row has no
    space for all stops, those of a block become one until one is in it.
    """

    # A Chapter.
    chapterRequested = Signal(object)
    # A Stop has been opened by the user, or None: closed.
    stopOpened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: ModelShape | None = None
        self._titles: dict[Chapter, str] = {}
        self._current: Chapter | None = None
        self._at: tuple[Stop, int | None] | None = None
        self._open: Stop | None = None
        self._is_fitting = False
        self.setAccessibleName(self.tr("The model, from picture to answer"))
        self._buttons = {stop: StopButton(stop) for stop in Stop}
        self._row = row = QHBoxLayout()
        above = 2 if theme.presents() else 4
        row.setContentsMargins(MARGIN_PX, above, MARGIN_PX, above)
        row.setSpacing(GAP_PX)
        row.addStretch(1)
        for stop, button in self._buttons.items():
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
            if stop is Stop.SECOND_ADD:
                self._times = QLabel()
                self._times.setFont(theme.font("small"))
                row.addWidget(self._times)
        row.addStretch(1)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setFont(theme.font("small"))
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._go: list[QPushButton] = []
        self._chapters = QHBoxLayout()
        self._details = QWidget()
        below = QHBoxLayout(self._details)
        below.setContentsMargins(MARGIN_PX + 4, 2, MARGIN_PX + 4, 6)
        below.addWidget(self._text, 1)
        below.addLayout(self._chapters)
        self._details.setMaximumHeight(0)
        self._details.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._details)
        self._move = QPropertyAnimation(self._details, b"maximumHeight", self)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._move.finished.connect(self._on_moved)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._say()

    # -- what is shown -------------------------------------------------------------

    def setShape(self, shape: ModelShape | None) -> None:
        """Draw another model, or one whose sizes are not known yet."""
        if shape != self._shape:
            self._shape = shape
            self._say()

    def modelShape(self) -> ModelShape | None:
        """Return the sizes that are drawn."""
        return self._shape

    def setChapters(self, titles: dict[Chapter, str]) -> None:
        """Set the chapters that can be opened."""
        if titles != self._titles:
            self._titles = titles
            self._say()

    def setCurrent(self, chapter: Chapter | None) -> None:
        """Light the stops that the open chapter is about."""
        if chapter is not self._current:
            self._current = chapter
            self._say()

    def setAt(self, stop: Stop | None, layer: int | None = None) -> None:
        """Light one stop alone, in a layer, while the model is played; None ends it."""
        at = None if stop is None else (stop, layer)
        if at != self._at:
            self._at = at
            self._say()

    def openStop(self, stop: Stop | None) -> None:
        """Open a stop's arithmetic, or close the one that is open."""
        if stop is self._open:
            return
        was_closed = self._open is None
        self._open = stop
        for one, button in self._buttons.items():
            button.setChecked(one is stop)
        self._say_details()
        self._move.stop()
        if stop is not None:
            self._details.show()
        duration = duration_ms()
        target = 0 if stop is None else self._details_height()
        if duration == 0 or not self.isVisible() or (stop and not was_closed):
            self._details.setMaximumHeight(target)
            self._on_moved()
            return
        self._move.setDuration(duration)
        self._move.setStartValue(self._details.maximumHeight())
        self._move.setEndValue(target)
        self._move.start()

    def opened(self) -> Stop | None:
        """Return the stop whose arithmetic is shown."""
        return self._open

    def arithmetic(self) -> str:
        """Return the text of the open stop; empty where none is."""
        return self._text.text() if self._open is not None else ""

    def button(self, stop: Stop) -> StopButton:
        """Return the button of a stop."""
        return self._buttons[stop]

    def chapterButtons(self) -> list[QPushButton]:
        """Return the buttons that open the chapters of the open stop."""
        return self._go

    def lit(self) -> list[Stop]:
        """Return the stops that are lit."""
        return [stop for stop, button in self._buttons.items() if button.is_lit]

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window's shortcuts while something is open."""
        is_key = event.type() is QEvent.Type.ShortcutOverride
        if is_key and isinstance(event, QKeyEvent) and self._open is not None:
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close what is open with Escape."""
        if event.key() == Qt.Key.Key_Escape and self._open is not None:
            self._close()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the stops to the width."""
        super().resizeEvent(event)
        self._fit()
        if (
            self._open is not None
            and self._move.state() is not self._move.State.Running
        ):
            self._details.setMaximumHeight(self._details_height())

    def minimumSizeHint(self) -> QSize:
        """Return the height of the row; any width will do."""
        return QSize(200, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line through the stops and the frame around a block."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = theme.colours()
        shown = [b for b in self._buttons.values() if not b.isHidden()]
        pen = QPen(QColor(tone.line), theme.drawn(1.5))
        painter.setPen(pen)
        y = shown[0].geometry().center().y()
        painter.drawLine(shown[0].x(), y, shown[-1].geometry().right(), y)
        inner = [b for b in shown if b.stop.is_in_block]
        if inner:
            left, right = inner[0].geometry(), self._times.geometry()
            frame = QRectF(left.topLeft(), right.bottomRight())
            frame.setTop(left.top())
            frame.setBottom(left.bottom() + 1)
            painter.setPen(QPen(QColor(tone.faint), theme.drawn(1)))
            painter.setBrush(QColor(tone.surround))
            painter.drawRoundedRect(frame.adjusted(-4, -3, 5, 3), 7, 7)
            painter.setPen(pen)
            painter.drawLine(left.left(), y, inner[-1].geometry().right(), y)

    # -- layout --------------------------------------------------------------------

    def _fit(self) -> None:
        """Use the widest spacing that fits; fold the block where none does.

        Before that, a chapter's number stands on its first stop alone.

        Stops that come and go make Qt lay out the window at once, which may give the
        row another width within this: then it is fitted once more, and no further, as
        two widths may each ask for the other.
        """
        if self._is_fitting:
            return
        self._is_fitting = True
        try:
            width = self.width()
            self._fit_once()
            if self.width() != width:
                self._fit_once()
        finally:
            self._is_fitting = False

    def _fit_once(self) -> None:
        lit = {stop for stop in self.lit() if stop.is_in_block}
        is_in_block = bool(lit) or (self._open is not None and self._open.is_in_block)
        for folds in (False, True):
            kept = self._kept(folds=folds, is_in_block=is_in_block)
            for gap, pad, repeats in _SPACINGS:
                self._row.setSpacing(gap)
                met: set[str] = set()
                for stop, button in self._buttons.items():
                    button.setPad(pad)
                    button.setShowsNumber(repeats or button.number not in met)
                    met.add(button.number)
                    button.setVisible(stop in kept)
                if self._wanted_px(kept, gap) <= self.width():
                    return

    def _kept(self, *, folds: bool, is_in_block: bool) -> set[Stop]:
        """Return the stops that are shown."""
        if not folds:
            return {*Stop}
        if is_in_block:  # what is in the block, and the two ends
            ends = {Stop.PATCHES, Stop.ANSWER}
            return {stop for stop in Stop if stop.is_in_block} | ends
        return {s for s in Stop if not s.is_in_block or s is Stop.ATTENTION}

    def _wanted_px(self, kept: set[Stop], gap: int) -> float:
        wide = sum(self._buttons[stop].sizeHint().width() for stop in kept)
        times = self._times.sizeHint().width()
        return wide + times + gap * (len(kept) + 2) + 2 * MARGIN_PX + 8

    def _details_height(self) -> int:
        layout = self._details.layout()
        assert layout is not None
        height = layout.totalHeightForWidth(self.width())
        return max(height, layout.totalSizeHint().height() if height < 0 else height)

    # -- words ---------------------------------------------------------------------

    def _say(self) -> None:
        shape = self._shape
        for stop, button in self._buttons.items():
            name = stop_name(stop, shape)
            numbers = [c.number for c in stop.chapters if c in self._titles]
            button.setText(name)
            button.number = str(numbers[0]) if numbers else ""
            if self._at is not None:
                button.is_lit = stop is self._at[0]
            else:
                button.is_lit = self._current in stop.chapters
            spoken = self._spoken(stop, name)
            button.setAccessibleName(
                self.tr("{stop}, chapter {n}").format(stop=spoken, n=numbers[0])
                if numbers
                else spoken
            )
            button.setToolTip(self._arithmetic(stop))
            button.setAccessibleDescription(self._arithmetic(stop))
            button.updateGeometry()
            button.update()
        self._times.setText(self._times_text())
        self._say_details()
        self._fit()
        self.update()

    def _spoken(self, stop: Stop, name: str) -> str:
        """Return a stop's name as it is read out."""
        if stop in (Stop.ADD, Stop.SECOND_ADD):
            return self.tr("add")
        return name

    def _arithmetic(self, stop: Stop) -> str:
        if self._shape is None:
            return self.tr("The model is still being loaded.")
        return arithmetic(stop, self._shape)

    def _times_text(self) -> str:
        if self._at is not None and self._at[1] is not None:
            return self.tr("layer {n}").format(n=self._at[1])
        return "" if self._shape is None else f"× {self._shape.num_layers}"

    def _say_details(self) -> None:
        while self._go:
            old = self._go.pop()
            self._chapters.removeWidget(old)
            old.hide()
            old.deleteLater()
        stop = self._open
        if stop is None:
            return
        self._text.setText(self._arithmetic(stop))
        chapters = [chapter for chapter in stop.chapters if chapter in self._titles]
        for chapter in chapters:
            text = self.tr("Chapter {n} ›").format(n=chapter.number)
            is_first = chapter is chapters[0]
            button = QPushButton(text if is_first else str(chapter.number))
            button.setToolTip(self._titles[chapter])
            button.setAccessibleName(f"{text} {self._titles[chapter]}")
            button.setProperty("chapter", chapter.value)
            button.clicked.connect(self._on_chapter)
            self._chapters.addWidget(button)
            self._go.append(button)

    # -- reactions -----------------------------------------------------------------

    def _on_clicked(self) -> None:
        button = self.sender()
        assert isinstance(button, StopButton)
        stop = None if self._open is button.stop else button.stop
        self.openStop(stop)
        button.setChecked(stop is not None)
        self.stopOpened.emit(stop)

    def _close(self) -> None:
        self.openStop(None)
        self.stopOpened.emit(None)

    def _on_chapter(self) -> None:
        chapter = Chapter(self.sender().property("chapter"))
        self._close()
        self.chapterRequested.emit(chapter)

    def _on_moved(self) -> None:
        if self._open is None:
            self._details.hide()
        self.updateGeometry()
