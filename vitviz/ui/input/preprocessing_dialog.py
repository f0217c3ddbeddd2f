"""Dialog for the preprocessing: resizing, interpolation, mean and deviation."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QWidget,
)

from vitviz.domain.placement import MAX_SIDE_PX
from vitviz.pictures.preprocessing import Interpolation, Preprocessing
from vitviz.ui.base.text import show_plainly
from vitviz.ui.widgets.inputs import DoubleSpinBox, SpinBox

NUM_DECIMALS = 6


class PreprocessingDialog(QDialog):
    """The preprocessing of the weights, or what replaces it, to be changed."""

    def __init__(
        self, parent: QWidget, now: Preprocessing, own: Preprocessing, name: str
    ) -> None:
        super().__init__(parent)
        self._own, self._now = own, now
        self.setWindowTitle(self.tr("Preprocessing"))
        self._resize = SpinBox()
        self._resize.setRange(0, MAX_SIDE_PX)
        self._resize.setSpecialValueText(self.tr("as the input: no margin"))
        self._resize.setSuffix(" px")
        self._resize.setToolTip(
            self.tr("Shorter side of the picture before its centre is cropped")
        )
        self._interpolation = QComboBox()
        for one, text in (
            (Interpolation.NEAREST, self.tr("nearest")),
            (Interpolation.BILINEAR, self.tr("bilinear")),
            (Interpolation.BICUBIC, self.tr("bicubic")),
            (Interpolation.LANCZOS, self.tr("Lanczos")),
        ):
            self._interpolation.addItem(text, one)
        self._interpolation.setToolTip(self.tr("How the picture is resized"))
        self._mean = [self._number(0.0, 1.0) for _ in range(3)]
        self._std = [self._number(0.0001, 10.0) for _ in range(3)]
        form = QFormLayout(self)
        heading = QLabel(self.tr("The input of {name}:").format(name=name))
        show_plainly(heading)
        form.addRow(heading)
        size = QLabel(f"{own.size[0]}×{own.size[1]} px")
        form.addRow(self.tr("Own size"), size)
        form.addRow(self.tr("Shorter side before the crop"), self._resize)
        form.addRow(self.tr("Interpolation"), self._interpolation)
        colours = (self.tr("red"), self.tr("green"), self.tr("blue"))
        for title, boxes in (
            (self.tr("Mean, subtracted"), self._mean),
            (self.tr("Deviation, divided by"), self._std),
        ):
            row = QHBoxLayout()
            for box, colour in zip(boxes, colours, strict=True):
                box.setAccessibleName(f"{title}, {colour}")
                box.setToolTip(self.tr("Of {colour}, in 0 to 1").format(colour=colour))
                row.addWidget(box)
            form.addRow(title, row)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults)
        buttons.button(kinds.Ok).setText(self.tr("Run"))
        restore = buttons.button(kinds.RestoreDefaults)
        restore.setText(self.tr("Reset to model defaults"))
        restore.clicked.connect(self._restore)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self._show(now)

    def chosen(self) -> Preprocessing | None:
        """Return the preprocessing to use; None for the weights' own."""
        # Numbers that were not changed keep the digits that the boxes do not show.
        made = replace(
            self._now,
            resize=self._resize.value() or None,
            interpolation=self._interpolation.currentData(),
            mean=self._kept(self._mean, self._now.mean),
            std=self._kept(self._std, self._now.std),
        )
        return None if made == self._own else made

    def _show(self, values: Preprocessing) -> None:
        self._now = values
        self._resize.setValue(values.resize or 0)
        index = self._interpolation.findData(values.interpolation)
        self._interpolation.setCurrentIndex(index)
        for boxes, numbers in ((self._mean, values.mean), (self._std, values.std)):
            for box, number in zip(boxes, numbers, strict=True):
                box.setValue(number)

    def _restore(self) -> None:
        self._show(self._own)

    def _number(self, low: float, high: float) -> QDoubleSpinBox:
        box = DoubleSpinBox()
        box.setLocale(QLocale.c())
        box.setDecimals(NUM_DECIMALS)
        box.setRange(low, high)
        box.setSingleStep(0.01)
        return box

    @staticmethod
    def _kept(
        boxes: list[QDoubleSpinBox], now: tuple[float, float, float]
    ) -> tuple[float, float, float]:
        red, green, blue = (
            number
            if abs(box.value() - number) < 10**-NUM_DECIMALS
            else round(box.value(), NUM_DECIMALS)
            for box, number in zip(boxes, now, strict=True)
        )
        return red, green, blue
