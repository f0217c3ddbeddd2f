"""Tools of the Lab: softmax, heads, cuts and hidden patches; setters emit nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

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

from vitviz.domain.interventions import Axis, Hide, Off
from vitviz.domain.number_text import format_value
from vitviz.export.token_names import special_name
from vitviz.ui.base import theme
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.ui.widgets.inputs import Slider, SpinBox, action_button
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Meaning

BRUSH_SIDES = (1, 3, 5)


class CutTool(QWidget):
    """Controls to paint queries and keys, choose layers, and cut their edges."""

    # `Meaning.QUERY` or `Meaning.KEY`: what the brush paints.
    sideChosen = Signal(object)
    # (side, special token, whether it belongs to that side).
    specialToggled = Signal(object, int, bool)
    # First and last layer.
    cutRequested = Signal(int, int)
    clearRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.side = Segmented()
        self.side.setAccessibleName(self.tr("What the brush paints"))
        self.side.setOptions(
            [
                (Meaning.QUERY, self.tr("who looks"), self.tr("Paint queries, orange")),
                (Meaning.KEY, self.tr("at what"), self.tr("Paint keys, blue")),
            ]
        )
        self.side.setValue(Meaning.QUERY)
        self.side.valueChosen.connect(self.sideChosen)
        self._specials: dict[tuple[Meaning, int], QToolButton] = {}
        brush = QLabel(self.tr("Brush:"))
        self._row = row_of(self.side) if theme.presents() else row_of(brush, self.side)
        self._names: tuple[str, ...] = ()
        self.first, self.last = SpinBox(), SpinBox()
        names = self.tr("First layer"), self.tr("Last layer")
        for box, name in zip((self.first, self.last), names, strict=True):
            box.setAccessibleName(name)
            box.setToolTip(name)
        self.cut = action_button(
            self.tr("Cut these edges"),
            self.tr("These queries may not look at these keys"),
        )
        self.cut.clicked.connect(self._on_cut)
        self.clear = action_button(self.tr("Clear"), self.tr("Paint nothing"))
        self.clear.clicked.connect(self.clearRequested)
        self._count = explained("")
        column = page_of(self)
        last_row = [
            QLabel(self.tr("Layers")),
            self.first,
            QLabel(self.tr("to")),
            self.last,
            self.cut,
        ]
        column.addLayout(self._row)
        if theme.presents():
            counts = QHBoxLayout()
            counts.addWidget(self._count, 1)
            counts.addWidget(self.clear)
            column.addLayout(counts)
        else:
            column.addWidget(self._count)
            last_row.append(self.clear)
        column.addLayout(row_of(*last_row))
        column.addStretch(1)

    def setLayers(self, count: int) -> None:
        """Set the number of the model's layers; at first all of them are chosen."""
        if self.last.maximum() == count - 1 and self.last.value():
            return
        for box in (self.first, self.last):
            box.setRange(0, count - 1)
        self.last.setValue(count - 1)

    def setSpecials(self, names: tuple[str, ...]) -> None:
        """Show a button for special tokens, on both sides."""
        if names == self._names:
            return
        self._names = names
        for button in self._specials.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self._specials = {}
        for side, arrow in ((Meaning.QUERY, "{name} →"), (Meaning.KEY, "→ {name}")):
            # there is no space for more, such as registers
            for index, name in enumerate(names[:2]):
                button = QToolButton()
                button.setText(arrow.format(name=special_name(name)))
                button.setCheckable(True)
                button.setStyleSheet(
                    f"QToolButton {{ border-bottom: 2px solid {side.value}; }}"
                )
                tip = (
                    self.tr("{name} is one of those who look")
                    if side is Meaning.QUERY
                    else self.tr("{name} is one of those that are looked at")
                )
                button.setToolTip(tip.format(name=special_name(name)))
                button.setAccessibleName(tip.format(name=special_name(name)))
                button.toggled.connect(self._on_special)
                self._specials[side, index] = button
                self._row.addWidget(button)

    def setChecked(self, specials: Mapping[Meaning, frozenset[str]]) -> None:
        """Show which special tokens belong to each side."""
        for (side, index), button in self._specials.items():
            with QSignalBlocker(button):
                button.setChecked(self._names[index] in specials[side])

    def setPainted(self, num_queries: int, num_keys: int) -> None:
        """Show how much is painted; enable the cut if both sides have something."""
        text = self.tr(
            "Painted: queries {queries}, keys {keys}. Drag over the picture; Shift or "
            "the right button erases, Space paints the query's patch."
        )
        if theme.presents():
            text = self.tr("Painted: queries {queries}, keys {keys}")
        self._count.setText(text.format(queries=num_queries, keys=num_keys))
        self.cut.setEnabled(bool(num_queries and num_keys))
        self.clear.setEnabled(bool(num_queries or num_keys))
        if not num_queries and not num_keys:
            for button in self._specials.values():
                with QSignalBlocker(button):
                    button.setChecked(False)

    def special(self, side: Meaning, index: int) -> QToolButton:
        """Return the button of a special token."""
        return self._specials[side, index]

    def _on_special(self) -> None:
        for (side, index), button in self._specials.items():
            if button is self.sender():
                self.specialToggled.emit(side, index, button.isChecked())

    def _on_cut(self) -> None:
        first, last = sorted((self.first.value(), self.last.value()))
        self.cutRequested.emit(first, last)


class HideTool(QWidget):
    """Controls to paint patches that the model is not to see."""

    howChosen = Signal(object)
    seedChosen = Signal(int)
    brushChosen = Signal(object)
    clearRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.how = Segmented()
        self.how.setAccessibleName(self.tr("What hides a patch"))
        self.how.setOptions(
            [
                (Hide.BLUR, self.tr("blur"), self.tr("Blurred, about half a patch")),
                (Hide.MEAN, self.tr("mean"), self.tr("The picture's mean colour")),
                (
                    Hide.NOISE,
                    self.tr("noise"),
                    self.tr("Noise as wide as the picture"),
                ),
                (
                    Hide.DROP,
                    self.tr("drop"),
                    self.tr(
                        "The token is taken out: no layer sees it, no pool counts it"
                    ),
                ),
            ]
        )
        self._chosen = Hide.BLUR
        self.how.valueChosen.connect(self._on_how)
        self.seed = SpinBox()
        self.seed.setRange(0, 9999)
        self.seed.setPrefix(self.tr("seed "))
        self.seed.setAccessibleName(self.tr("Seed of the noise"))
        self.seed.setToolTip(self.tr("Another number, another noise"))
        self.seed.valueChanged.connect(self.seedChosen)
        self.brush = Segmented()
        self.brush.setAccessibleName(self.tr("Size of the brush"))
        self.brush.setOptions(
            [
                (side, f"{side}×{side}", self.tr("{n} patches wide").format(n=side))
                for side in BRUSH_SIDES
            ]
        )
        self._brush_side = 1
        self.brush.setValue(self._brush_side)
        self.brush.valueChosen.connect(self._on_brush)
        self.clear = action_button(self.tr("Show all"), self.tr("Hide nothing"))
        self.clear.clicked.connect(self.clearRequested)
        column = page_of(self)
        column.addLayout(row_of(QLabel(self.tr("Hide by")), self.how, self.seed))
        column.addLayout(row_of(QLabel(self.tr("Brush")), self.brush, self.clear))
        column.addWidget(
            explained(
                self.tr(
                    "Drag over the picture; Shift or the right button erases, Space "
                    "hides the query's patch."
                )
            )
        )
        column.addStretch(1)

    def setValues(self, count: int, how: Hide, seed: int) -> None:
        """Show how patches are hidden."""
        self._chosen = how
        self.how.setValue(how)
        self.seed.setVisible(how is Hide.NOISE)
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)
        self.clear.setEnabled(count > 0)

    def brushSide(self) -> int:
        """Return the width of the brush in patches."""
        return self._brush_side

    def setBrushSide(self, side: int) -> None:
        """Show another width of the brush."""
        self._brush_side = side
        self.brush.setValue(side)

    def chosen(self) -> Hide:
        """Return how the next stroke hides patches."""
        return self._chosen

    def _on_brush(self, side: object) -> None:
        assert isinstance(side, int)
        self._brush_side = side
        self.brushChosen.emit(side)

    def _on_how(self, how: Hide) -> None:
        self._chosen = how
        self.howChosen.emit(how)


# Slider steps for a factor of 10: the temperature's scale is logarithmic.
STEPS_PER_DECADE = 50


def explained(text: str) -> QLabel:
    """Return a label in small type that may take several lines."""
    label = QLabel(text)
    label.setFont(theme.font("small"))
    label.setWordWrap(True)
    return label


def row_of(*widgets: QWidget) -> Flow:
    """Return widgets side by side from the left, on several lines if need be."""
    row = Flow(8)
    height = max(widget.sizeHint().height() for widget in widgets)
    for widget in widgets:
        # so that text aligns with the buttons beside it
        if isinstance(widget, QLabel | QSpinBox):
            widget.setMinimumHeight(height)
        row.addWidget(widget)
    return row


def page_of(page: QWidget) -> QVBoxLayout:
    """Create and return the layout of a tool's page."""
    column = QVBoxLayout(page)
    column.setContentsMargins(12, 4, 12, 4)
    column.setSpacing(6)
    return column


class SoftmaxTool(QWidget):
    """Controls for temperature, scaling and axis of the softmax."""

    # The value, and whether more will follow, because the slider is being dragged.
    temperatureChosen = Signal(float, bool)
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
        """Show the current temperature, scaling and axis."""
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
    """Buttons for the heads of the layer on screen, each on or off."""

    # (heads that are off, what replaces them).
    headsChosen = Signal(object, object)

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
        if not theme.presents():  # in Present the speaker says it
            text = self.tr("A head's map stays; what it found is not passed on.")
            column.addWidget(explained(text))
        column.addStretch(1)

    def setHeads(self, layer: int, count: int, off: frozenset[int], how: Off) -> None:
        """Show a layer of `count` heads, some of which are off."""
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
        """Return the button of a head."""
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
