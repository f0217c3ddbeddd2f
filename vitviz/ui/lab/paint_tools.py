"""The Lab's tools with a brush: cuts and hidden patches. Setters never emit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from vitviz.domain.interventions import Hide
from vitviz.ui import theme
from vitviz.ui.lab.tools import explained, page_of, row_of
from vitviz.ui.status_line import special_name
from vitviz.ui.widgets.action_button import action_button
from vitviz.ui.widgets.segmented import Segmented
from vitviz.ui.widgets.spin_box import SpinBox
from vitviz.views.colour import Meaning

BRUSH_SIDES = (1, 3, 5)


class CutTool(QWidget):
    """Paint queries and keys, choose layers, cut."""

    sideChosen = Signal(object)
    """`Meaning.QUERY` or `Meaning.KEY`: what the brush paints."""
    specialToggled = Signal(object, int, bool)
    """(side, special token, whether it belongs)."""
    cutRequested = Signal(int, int)
    """First and last layer."""
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
        """The model's layers; all of them at first."""
        if self.last.maximum() == count - 1 and self.last.value():
            return
        for box in (self.first, self.last):
            box.setRange(0, count - 1)
        self.last.setValue(count - 1)

    def setSpecials(self, names: tuple[str, ...]) -> None:
        """A switch for every special token, on both sides."""
        if names == self._names:
            return
        self._names = names
        for button in self._specials.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self._specials = {}
        for side, arrow in ((Meaning.QUERY, "{name} →"), (Meaning.KEY, "→ {name}")):
            for index, name in enumerate(names[:2]):  # registers beyond have no room
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
        """Show which special tokens belong."""
        for (side, index), button in self._specials.items():
            with QSignalBlocker(button):
                button.setChecked(self._names[index] in specials[side])

    def setPainted(self, num_queries: int, num_keys: int) -> None:
        """Say what is painted, and offer to cut where there is something."""
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
        """The switch of a special token."""
        return self._specials[side, index]

    def _on_special(self) -> None:
        for (side, index), button in self._specials.items():
            if button is self.sender():
                self.specialToggled.emit(side, index, button.isChecked())

    def _on_cut(self) -> None:
        first, last = sorted((self.first.value(), self.last.value()))
        self.cutRequested.emit(first, last)


class HideTool(QWidget):
    """Paint patches that the model shall not see."""

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
        self.brush.setValue(1)
        self.brush.valueChosen.connect(self.brushChosen)
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

    def chosen(self) -> Hide:
        """What the next stroke hides by."""
        return self._chosen

    def _on_how(self, how: Hide) -> None:
        self._chosen = how
        self.howChosen.emit(how)
