"""List of models: two lines each, with a mark on those that are on this computer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from vitviz.models.catalogue.entries import Entry
from vitviz.ui.base import theme
from vitviz.ui.models import details

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
IS_HERE = Qt.ItemDataRole.UserRole + 1
_PADDING = 8


class ModelList(QAbstractListModel):
    """List model of entries; its last row may offer to look up a name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._here: frozenset[str] = frozenset()
        self._question = ""

    def setEntries(self, entries: Sequence[Entry], question: str = "") -> None:
        """Show these entries, and offer to look up `question` if it is not empty."""
        if (tuple(entries), question) != (self._entries, self._question):
            self.beginResetModel()
            self._entries, self._question = tuple(entries), question
            self.endResetModel()

    def setHere(self, names: Iterable[str]) -> None:
        """Set the names of the models that are on this computer."""
        self._here = frozenset(names)
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def entry(self, index: Index) -> Entry | None:
        """Return the entry of a row; None for the name to look up."""
        row = index.row()
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def question(self) -> str:
        """Return the name that can be looked up; empty for none."""
        return self._question

    def rowOf(self, name: str) -> int:
        """Return the row of a model; -1 where it is not listed."""
        names = [entry.name for entry in self._entries]
        return names.index(name) if name in names else -1

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of entries, and one more for a name to look up."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._entries) + bool(self._question)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return a text or a property of a row."""
        if not index.isValid():
            return None
        entry = self.entry(index)
        if role == ENTRY:
            return entry
        if role == IS_HERE:
            return entry is not None and entry.name in self._here
        if entry is None:
            first = self.tr("Look up “{name}” in timm").format(name=self._question)
            second = self.tr("Not in this list; timm may know it. Press Enter.")
        else:
            first, second = details.title(entry), details.line(entry)
        if role == Qt.ItemDataRole.DisplayRole:
            return first
        if role == Qt.ItemDataRole.StatusTipRole:
            return second
        if role == Qt.ItemDataRole.ToolTipRole and entry is not None:
            return details.translated(entry.family.good_for) or entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            here = self.tr("on this computer")
            is_here = entry is not None and entry.name in self._here
            return ", ".join([first, second, *([here] if is_here else [])])
        return None


class ModelDelegate(QStyledItemDelegate):
    """Delegate that draws a title, a small line below it, and a mark."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return a size with space for both lines."""
        heights = (
            QFontMetrics(theme.font(kind)).height() for kind in ("body", "small")
        )
        return QSize(200, sum(heights) + 2 * _PADDING + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw a row in the colours of the theme."""
        tone, palette = theme.colours(), option.palette  # type: ignore[attr-defined]
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        first = second = palette.color(QPalette.ColorRole.Text)
        if is_chosen:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
            first = second = palette.color(QPalette.ColorRole.HighlightedText)
        else:
            second = QColor(tone.faint)
            if state & QStyle.StateFlag.State_MouseOver:
                painter.fillRect(rect, palette.color(QPalette.ColorRole.Window))
        inner = rect.adjusted(_PADDING + 4, _PADDING, -_PADDING, -_PADDING)
        body, small = theme.font("body"), theme.font("small")
        mark = ""
        if index.data(IS_HERE):
            mark = self.tr("✓ on this computer")
        width = QFontMetrics(small).horizontalAdvance(mark)
        top = QRect(inner)
        top.setHeight(QFontMetrics(body).height())
        self._text(painter, top, mark, small, second, Qt.AlignmentFlag.AlignRight)
        top.setWidth(top.width() - width - _PADDING)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        self._text(painter, top, text, body, first)
        low = QRect(inner)
        low.setTop(inner.bottom() - QFontMetrics(small).height())
        text = str(index.data(Qt.ItemDataRole.StatusTipRole))
        self._text(painter, low, text, small, second)
        painter.restore()

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        colour: QColor,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        elided = QFontMetrics(font).elidedText(
            text, Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, elided)


def model_view(model: ModelList) -> QListView:
    """Return a list view that draws its rows with `ModelDelegate`."""
    view = QListView()
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setModel(model)
    view.setItemDelegate(ModelDelegate(view))
    return view
