"""The Lab's tools without a brush: softmax and heads. Setters never emit."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.interventions import Axis, Off
from vitviz.domain.number_text import format_value
from vitviz.ui import theme
from vitviz.ui.widgets.flow import Flow
from vitviz.ui.widgets.segmented import Segmented
from vitviz.ui.widgets.slider import Slider
from vitviz.views.colour import Meaning

STEPS_PER_DECADE = 50


def explained(text: str) -> QLabel:
    """A sentence in small type that may take several lines."""
    label = QLabel(text)
    label.setFont(theme.font("small"))
    label.setWordWrap(True)
    return label


def row_of(*widgets: QWidget) -> Flow:
    """Widgets side by side, at the left, and below where there is no more room."""
    row = Flow(8)
    height = max(widget.sizeHint().height() for widget in widgets)
    for widget in widgets:
        # on one line with the buttons beside it
        if isinstance(widget, QLabel | QSpinBox):
            widget.setMinimumHeight(height)
        row.addWidget(widget)
    return row


def page_of(page: QWidget) -> QVBoxLayout:
    """The layout of a tool's page."""
    column = QVBoxLayout(page)
    column.setContentsMargins(12, 4, 12, 4)
    column.setSpacing(6)
    return column


class SoftmaxTool(QWidget):
    """Temperature, scaling, axis."""

    temperatureChosen = Signal(float, bool)
    """Value, and whether more will follow while the slider is held."""
    scalingChosen = Signal(bool)
    axisChosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.slider = Slider()
        self.slider.setRange(-STEPS_PER_DECADE, STEPS_PER_DECADE)
        self.slider.setSingleStep(5)
        self.slider.setAccessibleName(self.tr("Temperature"))
        self.slider.setToolTip(
            self.tr("Scores are divided by it: above 1 flatter, below 1 sharper")
        )
        self._value = QLabel()
        self._value.setMinimumWidth(
            self._value.fontMetrics().horizontalAdvance("0.0000")
        )
        self.slider.valueChanged.connect(self._on_slid)
        self.slider.sliderReleased.connect(self._on_released)
        self.scaling = QCheckBox(self.tr("Divide scores by √d"))
        self.scaling.setToolTip(
            self.tr("d: width of a head's queries and keys. Without it scores grow")
        )
        self.scaling.clicked.connect(self.scalingChosen)
        self.axis = Segmented()
        self.axis.setAccessibleName(self.tr("What the softmax makes sum to 1"))
        self.axis.setOptions(
            [
                (Axis.KEYS, self.tr("keys"), self.tr("dim=-1, as it should be: rows")),
                (Axis.QUERIES, self.tr("queries"), self.tr("dim=-2: columns (wrong)")),
                (Axis.HEADS, self.tr("heads"), self.tr("dim=-3: across heads (wrong)")),
            ]
        )
        self.axis.valueChosen.connect(self.axisChosen)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(QLabel(self.tr("Temperature")))
        first.addWidget(self.slider, 1)
        first.addWidget(self._value)
        column = page_of(self)
        column.addLayout(first)
        column.addWidget(self.scaling)
        column.addLayout(row_of(QLabel(self.tr("Softmax over the")), self.axis))
        column.addStretch(1)

    def setValues(self, temperature: float, is_scaled: bool, axis: Axis) -> None:
        """Show what holds."""
        place = round(STEPS_PER_DECADE * math.log10(temperature))
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(place)
        self._value.setText(format_value(temperature))
        self.scaling.setChecked(is_scaled)
        self.axis.setValue(axis)

    def _temperature(self) -> float:
        value: float = 10 ** (self.slider.value() / STEPS_PER_DECADE)
        return float(f"{value:.3g}")

    def _on_slid(self, _value: int) -> None:
        self.temperatureChosen.emit(self._temperature(), self.slider.isSliderDown())

    def _on_released(self) -> None:
        self.temperatureChosen.emit(self._temperature(), False)


class HeadsTool(QWidget):
    """The heads of the layer on screen, each on or off."""

    headsChosen = Signal(object, object)
    """(heads that are off, what stands in for them)."""

    def __init__(self) -> None:
        super().__init__()
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._buttons: list[QToolButton] = []
        self._row = Flow(2)
        self.fill = Segmented()
        self.fill.setAccessibleName(self.tr("What stands in for a head"))
        self.fill.setOptions(
            [
                (Off.ZERO, self.tr("zero"), self.tr("The head hands nothing over")),
                (
                    Off.MEAN,
                    self.tr("its mean"),
                    self.tr("The head hands the same to all: its mean over all tokens"),
                ),
            ]
        )
        self.fill.setValue(Off.ZERO)
        self.fill.valueChosen.connect(self._on_fill)
        self._off = Off.ZERO
        column = page_of(self)
        column.addWidget(self._title)
        column.addLayout(self._row)
        column.addLayout(row_of(QLabel(self.tr("Instead of a head:")), self.fill))
        if not theme.presents():  # there who speaks says it
            text = self.tr("A head's map stays; what it found is not passed on.")
            column.addWidget(explained(text))
        column.addStretch(1)

    def setHeads(self, layer: int, count: int, off: frozenset[int], how: Off) -> None:
        """Show a layer with `count` heads, of which some are off."""
        text = self.tr("Switch off heads of layer {n} (choose layers below)")
        if theme.presents():
            text = self.tr("Switch off heads of layer {n}")
        self._title.setText(text.format(n=layer))
        if len(self._buttons) != count:
            self._rebuild(count)
        for head, button in enumerate(self._buttons):
            button.setChecked(head in off)
        if off:
            self._off = how
        self.fill.setValue(self._off)

    def button(self, head: int) -> QToolButton:
        """The switch of a head."""
        return self._buttons[head]

    def _rebuild(self, count: int) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for head in range(count):
            button = QToolButton()
            button.setText(str(head))
            button.setCheckable(True)
            button.setToolTip(self.tr("Head {n}: off when pressed").format(n=head))
            button.setAccessibleName(self.tr("Head {n} off").format(n=head))
            button.setStyleSheet(
                f"QToolButton:checked {{ background: {Meaning.WARNING.value};"
                " color: white; }"
            )
            button.clicked.connect(self._on_clicked)
            self._row.addWidget(button)
            self._buttons.append(button)

    def _on_clicked(self) -> None:
        off = tuple(h for h, b in enumerate(self._buttons) if b.isChecked())
        self.headsChosen.emit(off, self._off)

    def _on_fill(self, off: Off) -> None:
        self._off = off
        if any(button.isChecked() for button in self._buttons):
            self._on_clicked()
