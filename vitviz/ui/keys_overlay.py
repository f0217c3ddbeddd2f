"""All keys at a glance, over the window; any key or click closes it."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vitviz.ui import theme
from vitviz.ui.actions import Spec, specs


class KeysOverlay(QWidget):
    """Made from the one list of actions."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Keys"))
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(48)
        row.addStretch(1)
        for group, members in groupby(specs(), key=lambda spec: spec.group):
            row.addLayout(self._column(group, list(members)))
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(1)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show or hide."""
        self.setVisible(not self.isVisible())
        if self.isVisible():
            self.setGeometry(self._parent.rect())
            self.raise_()
            self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window also while it is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._parent.rect())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, _event: QKeyEvent) -> None:
        """Close."""
        self.hide()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close."""
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Cover the window, almost."""
        colour = QColor(theme.colours().panel)
        colour.setAlpha(244)
        QPainter(self).fillRect(self.rect(), colour)

    def _column(self, title: str, members: list[Spec]) -> QVBoxLayout:
        column = QVBoxLayout()
        heading = QLabel(title)
        heading.setFont(theme.font("title"))
        column.addWidget(heading)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for line, spec in enumerate(members):
            shown = spec.keys or ("←↑↓→",)
            names = [
                QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                or key
                for key in shown
            ]
            key_label = QLabel("  ".join(names))
            font = theme.font()
            font.setBold(True)
            key_label.setFont(font)
            grid.addWidget(key_label, line, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(spec.text.rstrip("…")), line, 1)
        column.addLayout(grid)
        column.addStretch(1)
        return column
