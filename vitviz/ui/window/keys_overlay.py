"""Overlay of all keyboard shortcuts, in as many pages as the window needs."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vitviz.ui.base import theme
from vitviz.ui.window.actions import Spec, specs

# Gap between columns.
GAP_PX = 40
# Gap between a key and its text.
KEY_GAP_PX = 16
LINE_GAP_PX = 4
MARGIN_PX = 24
MOST_COLUMNS = 3
# Least lines of a group that are worth its heading; fewer where that saves a page.
LEAST_PARTS = 5, 2
ON = frozenset({Qt.Key.Key_PageDown, Qt.Key.Key_Right, Qt.Key.Key_Down})
BACK = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_Up})
# Keys that are held together with others: they close nothing.
ALONE = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta}
)
# Actions whose keys do something else in Present.
OF_CLICKER = frozenset(
    {"query_up", "head_on", "cancel", "view_on", "view_back", "present"}
)


class KeysOverlay(QWidget):
    """All keys at a glance over the window, made from the list of actions.

    Page Down, an arrow or a click turn to the next page and close after the last; any
    other key closes.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._page = 0
        # Pages of columns of lines; a heading is a plain string.
        self._pages: list[list[list[Spec | str]]] = []
        self._content: QWidget | None = None
        self._foot = QLabel()
        self._foot.setFont(theme.font("small"))
        self._foot.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Keys"))
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        self._outer.addStretch(1)
        self._outer.addStretch(1)
        self._outer.addWidget(self._foot)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show the first page, or hide."""
        if self.isVisible():
            self.hide()
            return
        self._page = 0
        self._arrange()
        self.show()
        self.raise_()
        self.setFocus()

    def numPages(self) -> int:
        """Return the number of pages that the window needs."""
        return len(self._pages)

    def page(self) -> int:
        """Return the index of the page on screen."""
        return self._page

    def turn(self, by: int) -> None:
        """Show another page; hide after the last one."""
        page = self._page + by
        if page >= len(self._pages):
            self.hide()
        elif page >= 0 and page != self._page:
            self._page = page
            self._show_page()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window also while it is resized."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._arrange()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Claim all keys while the overlay is there: no shortcut is triggered."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the page, or close."""
        key = Qt.Key(event.key())
        if key in ON or key == Qt.Key.Key_Space:
            self.turn(1)
        elif key in BACK:
            self.turn(-1)
        elif key not in ALONE:
            self.hide()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Turn the page, or close."""
        self.turn(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Cover the window, nearly opaque."""
        colour = QColor(theme.colours().panel)
        colour.setAlpha(250)
        QPainter(self).fillRect(self.rect(), colour)

    # -- arrangement ---------------------------------------------------------------

    def _arrange(self) -> None:
        """Arrange columns and pages for the window's size."""
        self.setGeometry(self._parent.rect())
        keys = (key for spec in self._specs() for key in _key_texts(spec))
        self._key_width = max(self._advance(key, bold=True) for key in keys)
        text_width = max(self._advance(_words(spec)) for spec in self._specs())
        room = self.width() - 2 * MARGIN_PX
        widest = self._key_width + KEY_GAP_PX + text_width
        # two columns of which the longest lines wrap show more than a single one
        widest = min(widest, (room - GAP_PX) // 2)
        count = max(1, min(MOST_COLUMNS, (room + GAP_PX) // (widest + GAP_PX)))
        self._column_width = widest
        foot = self._foot.fontMetrics().height() + 2 * self._outer.spacing()
        columns = self._fitted(self.height() - 2 * MARGIN_PX - foot, count)
        self._pages = [columns[i : i + count] for i in range(0, len(columns), count)]
        self._page = min(self._page, len(self._pages) - 1)
        self._show_page()

    def _specs(self) -> list[Spec]:
        """Return the specs to list: in Present the keys of a clicker come first."""
        if not theme.presents():
            return list(specs())
        group = self.tr("Present")
        own = [
            Spec("", self.tr("Next step"), ("PgDown", "Right"), group),
            Spec("", self.tr("Previous step"), ("PgUp", "Left"), group),
            Spec("", self.tr("Blank the screen"), (".", "B"), group),
            Spec("", self.tr("End Present"), ("Esc", "F5"), group),
        ]
        others = [spec for spec in specs() if spec.name not in OF_CLICKER]
        rank = {name: index for index, name in enumerate(_groups(others)[1:])}
        # groups in their order, files last
        others.sort(key=lambda spec: rank.get(spec.group, len(rank)))
        return [*own, *others]

    def _fitted(self, room: int, count: int) -> list[list[Spec | str]]:
        """Return columns of whole groups, or of divided ones if that saves pages."""
        whole = self._columns(room)
        if len(whole) <= count:
            return whole
        line = self._line_height(theme.font())
        # the lowest height at which one page suffices has the most even columns
        for height in range(room % line, room + 1, line):
            columns = self._columns(height, least=LEAST_PARTS[0])
            if len(columns) <= count:
                return columns
        parted = (self._columns(room, least=least) for least in LEAST_PARTS)
        return min((whole, *parted), key=lambda way: -(-len(way) // count))

    def _columns(
        self, room: int, *, least: int | None = None
    ) -> list[list[Spec | str]]:
        """Return columns no higher than `room`: a group each, longer ones in several.

        least : lines of a group that may begin where no more fit; None: all.
        """
        columns: list[list[Spec | str]] = []
        heading = self._line_height(theme.font("title"))
        left = 0
        for group, members in groupby(self._specs(), key=lambda spec: spec.group):
            wanted = list(members)
            heights = [self._height(spec) for spec in wanted]
            starts_new = left < heading + sum(heights[:least])
            if not columns or starts_new:
                columns.append([])
                left = room
            columns[-1].append(group)
            left -= heading
            for spec, height in zip(wanted, heights, strict=True):
                if height > left:
                    columns.append([group])
                    left = room - heading
                columns[-1].append(spec)
                left -= height
        return columns

    def _show_page(self) -> None:
        if self._content is not None:
            self._outer.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        row.addStretch(1)
        for lines in self._pages[self._page]:
            row.addLayout(self._column(lines))
        row.addStretch(1)
        self._outer.insertWidget(1, content)
        content.show()
        is_last = self._page == len(self._pages) - 1
        text = (
            self.tr("Any key closes")
            if is_last
            else self.tr("Page {n} of {count} · Page Down: the next one")
        )
        self._foot.setText(text.format(n=self._page + 1, count=len(self._pages)))

    def _column(self, lines: list[Spec | str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        grid = QGridLayout()
        grid.setHorizontalSpacing(KEY_GAP_PX)
        grid.setVerticalSpacing(LINE_GAP_PX)
        grid.setColumnMinimumWidth(0, self._key_width)
        for index, line in enumerate(lines):
            if isinstance(line, str):
                heading = QLabel(line)
                heading.setFont(theme.font("title"))
                grid.addWidget(heading, index, 0, 1, 2)
                continue
            key = QLabel(self._key_text(line))
            font = theme.font()
            font.setBold(True)
            key.setFont(font)
            key.setAlignment(Qt.AlignmentFlag.AlignRight)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(key, index, 0, side)
            words = QLabel(_words(line))
            words.setWordWrap(True)
            words.setFixedWidth(self._text_width())
            grid.addWidget(words, index, 1)
        column.addLayout(grid)
        column.addStretch(1)
        return column

    def _text_width(self) -> int:
        return self._column_width - self._key_width - KEY_GAP_PX

    def _height(self, spec: Spec) -> int:
        metrics = self.fontMetrics()
        wrapped = metrics.boundingRect(
            0,
            0,
            self._text_width(),
            10_000,
            Qt.TextFlag.TextWordWrap,
            _words(spec),
        )
        lines = 1 + self._key_text(spec).count("\n")
        return max(wrapped.height(), lines * metrics.height()) + LINE_GAP_PX

    def _key_text(self, spec: Spec) -> str:
        """Return all keys of an action, below each other where they are too wide."""
        in_line = "  ".join(_key_texts(spec))
        is_narrow = self._advance(in_line, bold=True) <= self._key_width
        return in_line if is_narrow else "\n".join(_key_texts(spec))

    def _line_height(self, font: QFont) -> int:
        return QFontMetrics(font).height() + LINE_GAP_PX

    def _advance(self, text: str, *, bold: bool = False) -> int:
        font = theme.font()
        font.setBold(bold)
        return QFontMetrics(font).horizontalAdvance(text) + 2


def _words(spec: Spec) -> str:
    return spec.text.rstrip("…")


def _key_texts(spec: Spec) -> list[str]:
    shown = spec.keys or ("←↑↓→",)
    form = QKeySequence.SequenceFormat.NativeText
    return [QKeySequence(key).toString(form) or key for key in shown]


def _groups(members: list[Spec]) -> list[str]:
    return [group for group, _ in groupby(members, key=lambda spec: spec.group)]
