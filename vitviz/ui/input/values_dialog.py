"""Dialog for the values of a picture: stretch, bands, frame and plane."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QWidget,
)

from vitviz.pictures.reading import (
    AS_IT_IS,
    MAX_FRAME,
    Plane,
    Reading,
    Stretch,
    StretchKind,
)
from vitviz.pictures.samples import FileValues
from vitviz.ui.base.text import show_plainly
from vitviz.ui.widgets.inputs import DoubleSpinBox, SpinBox

_MOST = 1e12
_NUM_DECIMALS = 4
# In the list of bands: others than one or three, from the command line or a session.
_MANY = -1


class ValuesDialog(QDialog):
    """What is shown of a file that holds more than a picture of 8 bits."""

    def __init__(
        self, parent: QWidget, now: Reading, values: FileValues, name: str
    ) -> None:
        super().__init__(parent)
        self._values = values
        self.setWindowTitle(self.tr("Values of the picture"))
        form = QFormLayout(self)
        heading = QLabel(
            self.tr("{name}: values from {low} to {high}").format(
                name=name, low=f"{values.lowest:g}", high=f"{values.highest:g}"
            )
        )
        show_plainly(heading)
        form.addRow(heading)
        self._kind = QComboBox()
        for kind, text in (
            (StretchKind.AUTO, self.tr("automatic")),
            (StretchKind.FULL, self.tr("all of the type of number")),
            (StretchKind.RANGE, self.tr("the lowest and the highest")),
            (StretchKind.PERCENTILES, self.tr("percentiles")),
            (StretchKind.VALUES, self.tr("two values")),
        ):
            self._kind.addItem(text, kind)
        self._kind.setToolTip(
            self.tr(
                "Which values are shown as black and as white. Automatic: all of the "
                "type where the picture fills it, else percentiles 0.1 and 99.9"
            )
        )
        self._kind.currentIndexChanged.connect(self._on_kind)
        form.addRow(self.tr("Black and white"), self._kind)
        self._ends = [DoubleSpinBox(), DoubleSpinBox()]
        row = QHBoxLayout()
        for box, text in zip(self._ends, (self.tr("Black"), self.tr("White"))):
            box.setLocale(QLocale.c())
            box.setDecimals(_NUM_DECIMALS)
            box.setRange(-_MOST, _MOST)
            box.setAccessibleName(text)
            box.setToolTip(text)
            row.addWidget(box)
        form.addRow(self.tr("From, to"), row)
        self._bands = [SpinBox(), SpinBox(), SpinBox()]
        self._is_colour = QComboBox()
        self._is_colour.addItem(self.tr("the file's own"), 0)
        self._is_colour.addItem(self.tr("one as grey"), 1)
        self._is_colour.addItem(self.tr("red, green and blue"), 3)
        self._many = now.bands if len(now.bands) not in (0, 1, 3) else ()
        if self._many:
            listed = ", ".join(map(str, self._many))
            self._is_colour.addItem(
                self.tr("bands {bands}").format(bands=listed), _MANY
            )
        self._is_colour.currentIndexChanged.connect(self._on_bands)
        row = QHBoxLayout()
        colours = (self.tr("red"), self.tr("green"), self.tr("blue"))
        for band, colour in zip(self._bands, colours):
            band.setRange(1, max(values.num_bands, *now.bands, 1))
            band.setAccessibleName(self.tr("Band, {colour}").format(colour=colour))
            band.setToolTip(
                self.tr("Counted from 1, of {n}").format(n=values.num_bands)
            )
            row.addWidget(band)
        if values.num_bands > 1 or now.bands:
            form.addRow(self.tr("Bands"), self._is_colour)
            form.addRow("", row)
        self._frame = SpinBox()
        self._frame.setRange(-1, max(values.num_frames - 1, now.frame or 0))
        self._frame.setSpecialValueText(
            self.tr("the middle") if values.has_planes else self.tr("the first")
        )
        self._frame.setToolTip(
            self.tr("Counted from 0, of {n}").format(n=values.num_frames)
        )
        if values.num_frames > 1 or now.frame is not None:
            name = self.tr("Slice") if values.has_planes else self.tr("Frame")
            form.addRow(name, self._frame)
        self._plane = QComboBox()
        for plane, text in (
            (Plane.AXIAL, self.tr("axial: from below")),
            (Plane.CORONAL, self.tr("coronal: from the front")),
            (Plane.SAGITTAL, self.tr("sagittal: from the side")),
        ):
            self._plane.addItem(text, plane)
        self._plane.currentIndexChanged.connect(self._on_plane)
        if values.has_planes:
            form.addRow(self.tr("Plane"), self._plane)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults)
        buttons.button(kinds.Ok).setText(self.tr("Run"))
        restore = buttons.button(kinds.RestoreDefaults)
        restore.setText(self.tr("Automatic"))
        restore.clicked.connect(self._restore)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self._show(now)

    def chosen(self) -> Reading:
        """Return what is to be shown."""
        kind = self._kind.currentData()
        stretch = Stretch(kind)
        if kind in {StretchKind.PERCENTILES, StretchKind.VALUES}:
            low, high = (box.value() for box in self._ends)
            try:
                stretch = Stretch(kind, low, high)
            except ValueError:
                # black above white, or both alike
                stretch = Stretch()
        count = self._is_colour.currentData()
        frame = self._frame.value()
        bands = tuple(band.value() for band in self._bands[:count])
        return Reading(
            stretch,
            self._many if count == _MANY else bands,
            None if frame < 0 else frame,
            self._plane.currentData(),
        )

    def _show(self, reading: Reading) -> None:
        stretch = reading.stretch
        self._kind.setCurrentIndex(self._kind.findData(stretch.kind))
        self._on_kind()
        if stretch.kind in {StretchKind.PERCENTILES, StretchKind.VALUES}:
            for box, end in zip(self._ends, (stretch.low, stretch.high)):
                box.setValue(end)
        count = len(reading.bands)
        kind = count if count in (0, 1, 3) else _MANY
        self._is_colour.setCurrentIndex(self._is_colour.findData(kind))
        for band, number in zip(self._bands, reading.bands or (1, 2, 3)):
            band.setValue(number)
        self._on_bands()
        self._plane.setCurrentIndex(self._plane.findData(reading.plane))
        self._frame.setValue(-1 if reading.frame is None else reading.frame)

    def _restore(self) -> None:
        self._show(AS_IT_IS)

    def _on_kind(self) -> None:
        """Offer the two ends where they are chosen by hand."""
        kind = self._kind.currentData()
        ends = {
            StretchKind.PERCENTILES: (2.0, 98.0),
            StretchKind.VALUES: (self._values.lowest, self._values.highest),
        }.get(kind)
        for box in self._ends:
            box.setEnabled(ends is not None)
        if ends is not None:
            for box, end in zip(self._ends, ends):
                box.setValue(end)

    def _on_bands(self) -> None:
        count = self._is_colour.currentData()
        for index, band in enumerate(self._bands):
            band.setEnabled(index < count)

    def _on_plane(self) -> None:
        # another plane has another number of slices
        if self._values.has_planes:
            self._frame.setRange(-1, MAX_FRAME)
