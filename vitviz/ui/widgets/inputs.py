"""A slider that goes where it is clicked and lets the wheel scroll what is around.

Numbers to step through, set off from the edge of their field.

A button that does something at once, outlined beside those that choose.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)


class Slider(QSlider):
    """Horizontal. Qt's own goes by a step towards a click, and turns with the wheel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def moveTo(self, x: float) -> None:
        """Go to the value whose handle is nearest to `x` px, as a click there does."""
        handle = self._handle().width()
        self.setValue(
            QStyle.sliderValueFromPosition(
                self.minimum(),
                self.maximum(),
                round(x - handle / 2),
                self.width() - handle,
                self.invertedAppearance() != self.isRightToLeft(),
            )
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the click was; from there it may be dragged on."""
        place = event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setSliderDown(True)  # before it moves: one slide, from the press on
        if not self._holds(place):
            self.moveTo(place.x())
        if self._holds(place):
            super().mousePressEvent(event)
        else:  # between two steps, where Qt would go one on
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page, which is what a hand on the wheel wants to move."""
        event.ignore()

    def _holds(self, place: QPoint) -> bool:
        handle = self._handle()
        return handle.left() <= place.x() <= handle.right()

    def _handle(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider,
            option,
            QStyle.SubControl.SC_SliderHandle,
            self,
        )


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


def action_button(text: str, tip: str) -> QToolButton:
    """One with a text and a tooltip."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setStyleSheet("QToolButton { border: 1px solid palette(mid); }")
    return button
