"""Dialog for the preprocessing: resizing, interpolation, mean and deviation.

It shows all that is done to a picture, every number with all of its digits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
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

from vitviz.domain.placement import MAX_SIDE_PX, Fit
from vitviz.pictures.preprocessing import Interpolation, Preprocessing
from vitviz.ui.base.text import show_plainly
from vitviz.ui.input.size import fit_text
from vitviz.ui.widgets.inputs import DoubleSpinBox, SpinBox

# As many as a box may hold; it shows those that a number has.
NUM_DECIMALS = 20
# Digits of a mean, such as CLIP's.
_SHOWN_DIGITS = 12


class _NumberBox(DoubleSpinBox):
    """A spin box that shows a number with all of its digits and no more."""

    def textFromValue(self, value: float) -> str:
        """Return the number in the fewest digits that mean it."""
        return np.format_float_positional(value, trim="-")


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
            self.tr("Size of the picture before its centre is cropped")
        )
        self._resize.setAccessibleName(self.tr("Size before the crop"))
        self._fixed = QLabel()
        self._fit = QLabel()
        self._padding, self._channels = QLabel(), QLabel()
        self._interpolation = QComboBox()
        for one, text in (
            (Interpolation.NEAREST, self.tr("nearest")),
            (Interpolation.BILINEAR, self.tr("bilinear")),
            (Interpolation.BICUBIC, self.tr("bicubic")),
            (Interpolation.LANCZOS, self.tr("Lanczos")),
            (Interpolation.BOX, self.tr("box")),
            (Interpolation.HAMMING, self.tr("Hamming")),
        ):
            self._interpolation.addItem(text, one)
        self._interpolation.setToolTip(self.tr("How the picture is resized"))
        self._mean = [self._number(-1e5, 1e5) for _ in range(3)]
        self._std = [self._number(1e-6, 1e5) for _ in range(3)]
        form = self._form = QFormLayout(self)
        heading = QLabel(self.tr("The input of {name}:").format(name=name))
        show_plainly(heading)
        form.addRow(heading)
        size = QLabel(f"{own.size[0]}×{own.size[1]} px")
        form.addRow(self.tr("Own size"), size)
        form.addRow(self.tr("What the model sees"), self._fit)
        form.addRow(self.tr("Size before the crop"), self._resize)
        form.addRow(self.tr("Size before the crop"), self._fixed)
        form.addRow(self.tr("Padding"), self._padding)
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
            # of bands there are too many for a row: they are shown, not changed
            form.setRowVisible(row, not own.band_mean)
        form.addRow(self.tr("Channels"), self._channels)
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
        made = replace(
            self._now,
            resize=self._resize_chosen(),
            interpolation=self._interpolation.currentData(),
            mean=self._kept(self._mean, self._now.mean),
            std=self._kept(self._std, self._now.std),
        )
        return None if made == self._own else made

    def _resize_chosen(self) -> int | tuple[int, int] | None:
        side, now = self._resize.value(), self._now
        if self._is_fixed(now):
            return now.resize
        if not side or now.fit is not Fit.SQUEEZE:
            return side or None
        return side, side

    @staticmethod
    def _is_fixed(values: Preprocessing) -> bool:
        """Return whether its size before the crop is no single number to change."""
        sides = values.resize if isinstance(values.resize, tuple) else (0, 0)
        is_one = sides[0] == sides[1]
        return values.fit is Fit.WHOLE or not values.details.is_resized or not is_one

    def _fixed_text(self, values: Preprocessing) -> str:
        """Return how a picture is resized where that is no single number."""
        details, sides = values.details, values.resize
        if not details.is_resized:
            return self.tr("as the picture is: not resized")
        if isinstance(sides, tuple) and values.fit is Fit.WHOLE:
            text = self.tr("at most {width}×{height} px")
            return text.format(width=sides[0], height=sides[1])
        if isinstance(sides, tuple):
            return f"{sides[0]}×{sides[1]} px"
        if details.scales_least:
            text = self.tr("one side as of {width}×{height} px, in steps of {n} px")
            width, height = values.size
            return text.format(width=width, height=height, n=details.multiple)
        text = self.tr("shorter side {n} px").format(n=min(values.size))
        if details.longest is None:
            return text
        longest = self.tr("longer side at most {n} px").format(n=details.longest)
        return f"{text}, {longest}"

    def _padding_text(self, values: Preprocessing) -> str:
        """Return the colour and the side of padding; empty if there is none."""
        is_padded = values.fit is Fit.LETTERBOX or values.padding is not None
        if not is_padded:
            return ""
        if values.padding is None:
            text = self.tr("the mean")
        else:
            text = " ".join(
                np.format_float_positional(one, trim="-") for one in values.padding
            )
        at_end = self.tr("at right and bottom") if values.details.pads_end else ""
        return ", ".join(filter(None, (text, at_end)))

    def _show(self, values: Preprocessing) -> None:
        self._now = values
        self._fit.setText(fit_text(values.fit))
        side = values.resize or 0
        self._resize.setValue(side if isinstance(side, int) else side[0])
        is_fixed = self._is_fixed(values)
        self._fixed.setText(self._fixed_text(values) if is_fixed else "")
        self._padding.setText(self._padding_text(values))
        order = self.tr("blue, green, red; mean and deviation in this order")
        text = order if values.is_bgr else ""
        if values.band_mean:
            text = self.tr("{n} bands of the file, a mean and a deviation each").format(
                n=len(values.band_mean)
            )
        self._channels.setText(text)
        self._form.setRowVisible(self._resize, not is_fixed)
        for label in (self._fixed, self._padding, self._channels):
            self._form.setRowVisible(label, bool(label.text()))
        index = self._interpolation.findData(values.interpolation)
        self._interpolation.setCurrentIndex(index)
        for boxes, numbers in ((self._mean, values.mean), (self._std, values.std)):
            for box, number in zip(boxes, numbers, strict=True):
                box.setValue(number)

    def _restore(self) -> None:
        self._show(self._own)

    def _number(self, low: float, high: float) -> QDoubleSpinBox:
        box = _NumberBox()
        width = self.fontMetrics().horizontalAdvance("0" * _SHOWN_DIGITS)
        box.setMinimumWidth(width + 3 * box.fontMetrics().height())
        box.setLocale(QLocale.c())
        box.setDecimals(NUM_DECIMALS)
        box.setRange(low, high)
        box.setSingleStep(0.01)
        return box

    @staticmethod
    def _kept(
        boxes: list[QDoubleSpinBox], now: tuple[float, float, float]
    ) -> tuple[float, float, float]:
        # a box keeps 20 decimals, which are not all digits of a very small number
        red, green, blue = (
            number if abs(box.value() - number) < 1e-12 else box.value()
            for box, number in zip(boxes, now, strict=True)
        )
        return red, green, blue
