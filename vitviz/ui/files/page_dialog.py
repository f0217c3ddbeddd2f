"""Dialog before a web page is written: layers, heads, precision, the page's size."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.number_text import bytes_text
from vitviz.export.page.page_options import ASK_BYTES, PageOptions
from vitviz.ui.base import theme
from vitviz.ui.base.text import show_plainly
from vitviz.ui.widgets.flow_layout import Flow

WIDTH_PX = 460
GAP_PX = 4


class PageDialog(QDialog):
    """Choice of what a page holds; its size is said before it is made.

    price : returns the bytes of a page with some options, about.
    layers : those that can be stored, of `num_layers`.
    layer : the one on screen.
    pictures : of the folder, with the one on screen; none where it is alone.
    """

    def __init__(
        self,
        parent: QWidget,
        price: Callable[[PageOptions], int],
        *,
        layers: Collection[int],
        num_layers: int,
        num_heads: int,
        layer: int,
        pictures: Sequence[Path] = (),
    ) -> None:
        super().__init__(parent)
        self._price = price
        self.setWindowTitle(self.tr("Web page"))
        self.setMinimumWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        text = QLabel(
            self.tr(
                "One file that opens in any browser, without a network. Every patch "
                "can be clicked, in the layers and heads that are chosen here."
            )
        )
        text.setWordWrap(True)
        column.addWidget(text)
        self._layers = [
            self._toggle(number, "layer", is_usable=number in layers)
            for number in range(num_layers)
        ]
        self._heads = [self._toggle(number, "head") for number in range(num_heads)]
        alone = QToolButton()
        alone.setText(self.tr("Only layer {n}").format(n=layer))
        alone.setObjectName("this_layer")
        alone.clicked.connect(self._on_alone)
        self._layer = layer
        column.addLayout(self._group(self.tr("Layers"), self._layers, alone))
        column.addLayout(self._group(self.tr("Heads"), self._heads, None))
        self._pictures = tuple(pictures)
        all_of_them = self.tr("All {n} pictures of the folder, with a film strip")
        self._folder = QCheckBox(all_of_them.format(n=f"{len(pictures):,}"))
        self._folder.setObjectName("folder")
        self._folder.setToolTip(
            self.tr("The model is run on each of them, as on the one on screen.")
        )
        self._folder.setVisible(len(pictures) > 1)
        self._folder.toggled.connect(self._refresh)
        column.addWidget(self._folder)
        self._single = QCheckBox(self.tr("Single precision, twice as large"))
        self._single.setObjectName("single")
        self._single.setToolTip(
            self.tr(
                "Half floats differ from the trace by about a thousandth; the page "
                "says by how much."
            )
        )
        self._single.toggled.connect(self._refresh)
        column.addWidget(self._single)
        self._size = QLabel()
        self._size.setObjectName("price")
        self._size.setWordWrap(True)
        show_plainly(self._size)
        column.addWidget(self._size)
        column.addStretch(1)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        self._save = buttons.button(kinds.Save)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._refresh()

    def options(self) -> PageOptions:
        """Return what is chosen; all layers, and all heads, are None."""
        return PageOptions(
            layers=_chosen(self._layers),
            heads=_chosen(self._heads),
            is_single=self._single.isChecked(),
            pictures=self._pictures if self._folder.isChecked() else (),
        )

    def _toggle(self, number: int, kind: str, *, is_usable: bool = True) -> QToolButton:
        button = QToolButton()
        button.setText(str(number))
        button.setObjectName(f"{kind}{number}")
        button.setCheckable(True)
        button.setChecked(is_usable)
        button.setEnabled(is_usable)
        text = self.tr("Layer {n}") if kind == "layer" else self.tr("Head {n}")
        button.setAccessibleName(text.format(n=number))
        button.toggled.connect(self._refresh)
        return button

    def _group(
        self, title: str, buttons: list[QToolButton], extra: QToolButton | None
    ) -> QVBoxLayout:
        """Return a title above the buttons, which flow over several rows."""
        column = QVBoxLayout()
        row = QHBoxLayout()
        heading = QLabel(title)
        heading.setFont(theme.font("small"))
        row.addWidget(heading)
        row.addStretch(1)
        if extra is not None:
            row.addWidget(extra)
        column.addLayout(row)
        area = QWidget()
        flow = Flow(GAP_PX, area)
        for button in buttons:
            flow.addWidget(button)
        column.addWidget(area)
        return column

    def _on_alone(self) -> None:
        for number, button in enumerate(self._layers):
            button.setChecked(number == self._layer)

    def _refresh(self) -> None:
        options = self.options()
        is_possible = options.layers != () and options.heads != ()
        self._save.setEnabled(is_possible)
        if not is_possible:
            self._size.setText(self.tr("Choose at least one layer and one head."))
            return
        size = self._price(options)
        text = self.tr("The page will take about {size}.")
        if size > ASK_BYTES:
            text = self.tr(
                "The page will take about {size}, which is much for a browser. Fewer "
                "layers or heads make it smaller."
            )
        self._size.setText(text.format(size=bytes_text(size)))
        self._save.setText(
            self.tr("Save it anyway…") if size > ASK_BYTES else self.tr("Save…")
        )


def _chosen(buttons: list[QToolButton]) -> tuple[int, ...] | None:
    """Return the numbers of the checked buttons; None where all that can be are."""
    usable = [number for number, one in enumerate(buttons) if one.isEnabled()]
    checked = [number for number in usable if buttons[number].isChecked()]
    return None if checked == usable else tuple(checked)
