"""Numbers to step through, set off from the edge of their field."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

INSET_PX = 4
"""As fields of text have it; Qt 6.11 takes a style sheet's padding for these only in
the reckoning of their size."""


class SpinBox(QSpinBox):
    """Of whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        _inset(self)


class DoubleSpinBox(QDoubleSpinBox):
    """Of numbers with decimals."""

    def __init__(self) -> None:
        super().__init__()
        _inset(self)


def _inset(box: QAbstractSpinBox) -> None:
    box.lineEdit().setTextMargins(INSET_PX, 0, 0, 0)
