"""Asks for any width and height of the model's input, its price beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from vitviz.domain.geometry import MAX_SIDE_PX, Fit
from vitviz.domain.number_text import bytes_text
from vitviz.ui.size_menu import rough_time
from vitviz.ui.widgets.spin_box import SpinBox
from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.attention.price import Price


class SizeDialog(QDialog):
    """Two numbers in steps of the patch; what they cost follows as they change.

    One, where the whole picture is shown: the other side follows from its aspect.
    """

    def __init__(
        self,
        parent: QWidget,
        options: RunOptions,
        *,
        own: tuple[int, int],
        patch: tuple[int, int],
        price_of: Callable[[RunOptions], Price],
    ) -> None:
        super().__init__(parent)
        self._options, self._price_of = options, price_of
        self.setWindowTitle(self.tr("Size of the model's input"))
        size = own if options.size is None else options.size
        width, height = (size, size) if isinstance(size, int) else size
        self._height: QSpinBox | None = None
        if options.fit is Fit.WHOLE:
            side, name = min(width, height), self.tr("Shorter side in pixels")
            self._width = self._box(side, patch[0], name)
        else:
            self._width = self._box(width, patch[0], self.tr("Width in pixels"))
            self._height = self._box(height, patch[1], self.tr("Height in pixels"))
        self._price = QLabel()
        self._price.setWordWrap(True)
        self._price.setMinimumWidth(320)
        self._price.setMinimumHeight(4 * self.fontMetrics().height())
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._run = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._run.setText(self.tr("Run"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        if self._height is None:
            form.addRow(self.tr("Shorter side"), self._width)
        else:
            form.addRow(self.tr("Width"), self._width)
            form.addRow(self.tr("Height"), self._height)
        form.addRow(self._price)
        form.addRow(buttons)
        self._say()

    def options(self) -> RunOptions:
        """What is chosen; a square is one number."""
        width = self._width.value()
        height = width if self._height is None else self._height.value()
        return replace(
            self._options, size=width if width == height else (width, height)
        )

    def _box(self, value: int, step: int, name: str) -> QSpinBox:
        box = SpinBox()
        box.setRange(step, MAX_SIDE_PX - MAX_SIDE_PX % step)
        box.setSingleStep(step)
        box.setValue(value)
        box.setSuffix(" px")
        box.setAccessibleName(name)
        box.setToolTip(
            self.tr("{name}; rounded to patches of {n} px").format(name=name, n=step)
        )
        box.valueChanged.connect(self._say)
        return box

    def _say(self) -> None:
        price = self._price_of(self.options())
        rows, cols = price.grid
        lines = [
            self.tr("{width}×{height} px: {rows}×{cols} patches, {n} tokens").format(
                width=price.size[0],
                height=price.size[1],
                rows=rows,
                cols=cols,
                n=f"{price.num_tokens:,}",
            ),
            self.tr("{n} for q, k and v; {peak} at most while it runs").format(
                n=bytes_text(price.kept_bytes),
                peak=bytes_text(price.peak_bytes),
            ),
        ]
        if price.seconds is not None:
            time = rough_time(price.seconds)
            lines.append(self.tr("about {time}").format(time=time))
        if price.free_bytes is not None and price.is_large:
            free = bytes_text(price.free_bytes)
            if price.falls_back:
                text = self.tr("Only {n} are free there: it will run on the CPU.")
            elif price.is_too_much:
                text = self.tr("Only {n} of memory are free: choose a smaller size.")
            else:
                text = self.tr("That is more than half of the {n} that are free.")
            lines.append(text.format(n=free))
        self._price.setText("\n".join(lines))
        self._run.setEnabled(price.falls_back or not price.is_too_much)
