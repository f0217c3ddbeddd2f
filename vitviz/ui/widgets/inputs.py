"""Input widgets: slider, spin boxes and action button."""

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
    """A horizontal slider that jumps to a click and leaves the wheel to the page.

    Qt's own moves by a step towards a click, and with the wheel.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def moveTo(self, x: float) -> None:
        """Set the value whose handle is nearest to `x` px, as a click there does."""
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
        """Move to the click; from there it can be dragged on."""
        place = event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setSliderDown(True)  # before it moves, so that the press begins the slide
        if not self._holds(place):
            self.moveTo(place.x())
        if self._holds(place):
            super().mousePressEvent(event)
        else:  # between two steps, where Qt would move on by one
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that it scrolls the page."""
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


# Left margin of a number, as in text fields. Qt 6.11 uses a style sheet's padding of
# spin boxes only to compute their size, so the margin is set on the line edit.
INSET_PX = 4


class SpinBox(QSpinBox):
    """A spin box of whole numbers, with a left margin."""

    def __init__(self) -> None:
        super().__init__()
        _inset(self)


class DoubleSpinBox(QDoubleSpinBox):
    """A spin box of decimal numbers, with a left margin."""

    def __init__(self) -> None:
        super().__init__()
        _inset(self)


def _inset(box: QAbstractSpinBox) -> None:
    box.lineEdit().setTextMargins(INSET_PX, 0, 0, 0)


def action_button(text: str, tip: str) -> QToolButton:
    """Return an outlined button for an action, beside buttons that choose."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setProperty("outlined", True)
    return button
