"""Menu and dialog for the size and fit of the model's input, with their prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QMenu,
    QSpinBox,
    QWidget,
)

from vitviz.domain.number_text import bytes_text
from vitviz.domain.placement import MAX_SIDE_PX, Fit
from vitviz.errors import VitvizError
from vitviz.pictures.reading import AS_IT_IS
from vitviz.ui.base.text import sentence
from vitviz.ui.widgets.inputs import SpinBox
from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.attention.price import Price
    from vitviz.models.model import Model
    from vitviz.pictures.preprocessing import Preprocessing
    from vitviz.pictures.samples import FileValues


class SizeDialog(QDialog):
    """Any width and height in steps of the patch, with the price of a run.

    One number where the whole picture is shown: the other side follows from its aspect.
    """

    def __init__(
        self,
        parent: QWidget,
        options: RunOptions,
        *,
        own: Preprocessing,
        patch: tuple[int, int],
        price_of: Callable[[RunOptions], Price],
    ) -> None:
        super().__init__(parent)
        self._options, self._price_of = options, price_of
        self.setWindowTitle(self.tr("Size of the model's input"))
        size = own.size if options.size is None else options.size
        width, height = (size, size) if isinstance(size, int) else size
        self._height: QSpinBox | None = None
        if (options.fit or own.fit) is Fit.WHOLE:
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
        """Return the chosen options; the size of a square is one number."""
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
        try:
            price = self._price_of(self.options())
        except VitvizError as error:  # no run can have such a side
            self._price.setText(sentence(error))
            self._run.setEnabled(False)
            return
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


# Multiples of the model's own size that the menu offers.
SIZE_FACTORS = (1, 2, 3, 4)


class SizeMenu(QMenu):
    """Sizes, fits and preprocessing; filled when shown, since free memory changes."""

    # RunOptions.
    optionsChosen = Signal(object)
    customRequested = Signal()
    preprocessingRequested = Signal()
    valuesRequested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._model: Model | None = None
        self._options = RunOptions()
        self._price_of: Callable[[RunOptions], Price] | None = None
        # Of the picture; None where it is no file.
        self._values: FileValues | None = None
        # Made once: clearing a menu deletes its actions, but not groups or menus in it.
        self._sizes, self._fits = QActionGroup(self), QActionGroup(self)
        self.setToolTipsVisible(True)
        self.triggered.connect(self._on_triggered)
        self.aboutToShow.connect(self._fill)

    def setModel(self, model: Model | None, options: RunOptions) -> None:
        """Offer the sizes of a model; `options` are those in use."""
        self._model, self._options = model, options
        self._fill()

    def setFileValues(self, values: FileValues | None) -> None:
        """Set what the picture's file holds that can be chosen."""
        self._values = values

    def setPrices(self, price_of: Callable[[RunOptions], Price]) -> None:
        """Set the function that returns the price of a run."""
        self._price_of = price_of

    def _fill(self) -> None:
        self.clear()
        if self._model is None:
            return
        own, now = min(self._model.preprocessing.size), self._shown()
        self.addSection(self.tr("Shorter side, and its price"))
        for factor in SIZE_FACTORS:
            side = own * factor
            options = replace(now, size=None if factor == 1 else side)
            self._add(self._sizes, self._priced(f"{side} px", options), options)
        shown = [action.data().size for action in self._sizes.actions()]
        if now.size not in shown:
            name = side_text(now, own)
            self._add(self._sizes, self._priced(name, now), now)
        custom = self.addAction(self.tr("Another size…"), self.customRequested.emit)
        custom.setToolTip(self.tr("Any width and height, with its price"))
        self.addSection(self.tr("What the model sees"))
        own_fit = (now.preprocessing or self._model.preprocessing).fit
        for fit in (Fit.CROP, Fit.SQUEEZE, Fit.WHOLE, Fit.LETTERBOX):
            text = fit_text(fit)
            if fit is own_fit:
                text = self.tr("{fit} (as the weights were trained)").format(fit=text)
            wanted = None if fit is own_fit else fit
            self._add(self._fits, text, now.of_fit(wanted, own_fit))
        self.addSeparator()
        prepare = self.addAction(
            self.tr("Preprocessing…"), self.preprocessingRequested.emit
        )
        prepare.setToolTip(
            self.tr("Resizing, interpolation, mean and deviation of the input")
        )
        if now.preprocessing is not None:
            prepare.setText(self.tr("Preprocessing (changed)…"))
        values, is_changed = self._values, now.reading != AS_IT_IS
        if values is not None and (values.offers_a_choice or is_changed):
            show = self.addAction(
                self.tr("Values of the picture…"), self.valuesRequested.emit
            )
            show.setToolTip(
                self.tr("Which values, bands and frame of the file are shown")
            )
            if is_changed:
                show.setText(self.tr("Values of the picture (changed)…"))

    def _priced(self, name: str, options: RunOptions) -> str:
        if self._price_of is None:
            return name
        try:
            return f"{name}   {price_text(self._price_of(options))}"
        except VitvizError:  # the run itself says why it cannot be
            return name

    def _add(self, group: QActionGroup, text: str, options: RunOptions) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(options == self._shown())
        action.setData(options)
        group.addAction(action)

    def _shown(self) -> RunOptions:
        """Return the options in use, with None for the weights' own fit."""
        assert self._model is not None
        now = self._options
        own_fit = (now.preprocessing or self._model.preprocessing).fit
        return replace(now, fit=None) if now.fit is own_fit else now

    def _on_triggered(self, action: QAction) -> None:
        if isinstance(action.data(), RunOptions):
            self.optionsChosen.emit(action.data())


def _tr(text: str) -> str:
    return QCoreApplication.translate("SizeMenu", text)


def fit_text(fit: Fit) -> str:
    """Return what a model sees with a fit, in the program's language."""
    tr = _tr
    return {
        Fit.CROP: tr("Centre, cropped to a square"),
        Fit.WHOLE: tr("Whole picture, at its own aspect"),
        Fit.LETTERBOX: tr("Whole picture, padded to a square"),
        Fit.SQUEEZE: tr("Whole picture, squeezed to a square"),
    }[fit]


def side_text(options: RunOptions, own: int) -> str:
    """Return the size in use: `448 px` or `640×480 px`."""
    size = own if options.size is None else options.size
    return f"{size} px" if isinstance(size, int) else f"{size[0]}×{size[1]} px"


def rough_time(seconds: float) -> str:
    """Return `0.16 s`, `12 s` or `3 min`: as exact as an estimate is."""
    if seconds >= 90:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def price_text(price: Price) -> str:
    """Return `14×14 = 196 · 7.1 MB · ≈ 0.05 s`, with a sign if memory is short."""
    rows, cols = price.grid
    parts = [f"{rows}×{cols} = {rows * cols:,}", bytes_text(price.kept_bytes)]
    if price.seconds is not None:
        parts.append(f"≈ {rough_time(price.seconds)}")
    text = " · ".join(parts)
    return f"⚠ {text}" if price.is_large else text
